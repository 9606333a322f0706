"""The REST interface (接口) under /api/v1: what the pages do, for programs."""
