"""Django settings and start-up."""
