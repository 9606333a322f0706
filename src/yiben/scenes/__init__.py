"""Scenes as data (场景包): the pack model, its schema, its checker and its loader."""
