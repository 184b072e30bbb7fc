"""What is found in a page of WebKit, with the calls of Playwright's locators and elements."""

from scenic_park import waiting

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FIND = """
    let found = [document];
    for (const [selector, text] of arguments[0]) {
        found = found.flatMap((node) => [...node.querySelectorAll(selector)]);
        found = found.filter((node) => !text || node.textContent.includes(text));
    }
    return found;
"""
IS_SEEN = """
    const [node] = arguments;
    return node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden";
"""
TYPE = """
    const [node, text] = arguments;
    const kind = node.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    node.focus();
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(node, text);
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
"""
CHOOSE = """
    const [node, value] = arguments;
    node.value = value;
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
"""


class Found:
    """What Playwright calls a locator, and an element: looked for anew with each call."""

    def __init__(self, page, steps, number=None):
        self._page, self._steps, self._number = page, steps, number

    @property
    def first(self) -> "Found":
        return Found(self._page, self._steps, 0)

    def nth(self, number) -> "Found":
        return Found(self._page, self._steps, number)

    def locator(self, selector, has_text="") -> "Found":
        return Found(self._page, [*self._steps, [selector, has_text]])

    def all(self):
        return self._page.script(FIND, self._steps)

    def count(self) -> int:
        return len(self.all())

    def _one(self):
        found = self.all()
        number = self._number or 0
        return found[number] if len(found) > number else None

    def is_visible(self) -> bool:
        node = self._one()
        return bool(node) and self._page.script(IS_SEEN, node)

    def wait_for(self, timeout=None, state="visible") -> "Found":
        limit = (timeout or self._page.limit) / 1000
        seen = self.is_visible if state == "visible" else lambda: not self.is_visible()
        waiting.until(lambda: self._page.quietly(seen), f"{self._steps} is {state}", limit)
        return self

    def do(self, script, *values):
        """Run a script on the element when it is there; once more if it was drawn anew."""
        self.wait_for()
        result = []

        def done():
            result[:] = [self._page.script(script, self._one(), *values)]
            return True

        waiting.until(lambda: self._page.quietly(done), f"{self._steps} stays", 10)
        return result[0]

    def click(self) -> None:
        self.wait_for()

        def done():
            node = self._one()
            if node is None or self._page.script("return arguments[0].disabled", node):
                return False
            self._page.call("POST", f"/element/{node[ELEMENT]}/click")
            return True

        waiting.until(
            lambda: self._page.quietly(done),
            f"{self._steps} can be clicked",
            self._page.limit / 1000,
        )
        self._page.tell_faults()

    def fill(self, text) -> None:
        self.do(TYPE, text)

    def press(self, key) -> None:
        self.do("arguments[0].focus()")
        self._page.keyboard.press(key)

    def select_option(self, value) -> None:
        self.do(CHOOSE, value)

    def inner_text(self) -> str:
        return self.do("return arguments[0].innerText")

    def get_attribute(self, name):
        return self.do("return arguments[0].getAttribute(arguments[1])", name)
