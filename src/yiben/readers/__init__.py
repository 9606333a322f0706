"""Readers (读入): what comes in, bytes to drafts and problems; never raise on content."""
