"""The browser events of an input method: a word is composed, keys go to the conversion, the word is committed."""

#: What browsers give for a key that an input method has taken.
TAKEN = 229


class InputMethod:
    def __init__(self, page):
        self._session = page.page.context.new_cdp_session(page.page)

    def compose(self, text):
        """The half-typed word, underlined."""
        at = {"selectionStart": len(text), "selectionEnd": len(text)}
        self._session.send("Input.imeSetComposition", {"text": text, **at})

    def press(self, key):
        """A key that goes to the input method, such as Enter for the conversion that is shown."""
        for kind in ("rawKeyDown", "keyUp"):
            given = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": TAKEN}
            self._session.send("Input.dispatchKeyEvent", given)

    def commit(self, text):
        """The end of the composition."""
        self._session.send("Input.insertText", {"text": text})

    def enter(self, composed, converted):
        """A word from the first letter to the Enter that confirms it; in Safari that comes after the end."""
        for end in range(1, len(composed) + 1):
            self.compose(composed[:end])
        self.press("Enter")
        self.commit(converted)
        self.press("Enter")
