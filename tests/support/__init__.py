"""What tests, scripts and benchmarks share: a running lab, its page in a browser, and the networks between them."""
