"""The pages, one module for each piece of the face."""
