"""Pages and API: one request, one journey or one frame, one response."""
