"""What tests, scripts and benchmarks share: a running lab, its page in a browser, and what stands between them."""
