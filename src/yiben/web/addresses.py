"""Subject keys in addresses (对象编号入址): any text of up to 200 characters as one path segment."""

from __future__ import annotations


class KeyConverter:
    """Writes a key so that slashes, dots and tildes survive every proxy: `a/b` is `a~2Fb`."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The key that a path segment stands for."""
        head, *parts = value.split("~")
        text = head
        for part in parts:
            try:
                text += chr(int(part[:2], 16)) + part[2:]
            except ValueError:
                raise ValueError(f"found ~{part[:2]}, expected two hexadecimal digits") from None
        return text

    def to_url(self, value: str) -> str:
        """The path segment for a key."""
        text = "".join(f"~{ord(char):02X}" if char in "/~\\%?#" else char for char in str(value))
        return text.replace(".", "~2E") if set(text) == {"."} else text
