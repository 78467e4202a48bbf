"""The stream under load: many viewers, backpressure, its cost to training, other loggers, loading a finished run."""
