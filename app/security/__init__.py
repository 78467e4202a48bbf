"""What keeps the lab safe: response headers, request limits, origins."""
