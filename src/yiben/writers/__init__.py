"""Writers (写出): what goes out, from frames and findings to files."""
