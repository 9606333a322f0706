"""League tables (榜单): frames and findings in, a frozen table with its declared method out."""
