"""The stream under load: fan-out, backpressure, its cost to training, other loggers, and cold history."""
