"""What holds for every page: names that can be read out, text that stands out, nothing beyond the screen."""

from collections import Counter

from playwright.sync_api import Page

_CONTROLS = {"button", "textbox", "searchbox", "link", "DisclosureTriangle", "checkbox", "combobox"}
_CONTRAST_MIN = 4.5  # WCAG 2.2, 1.4.3


def read_out(page: Page) -> list[tuple[str, str]]:
    """Return role and name of everything that the browser tells a screen reader."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    ]


def unnamed(nodes: list[tuple[str, str]]) -> list[str]:
    """Return the roles of controls and pictures without a name; fail when there are hardly any controls."""
    controls = [(role, name) for role, name in nodes if role in _CONTROLS or role == "image"]
    assert len(controls) >= 3
    return [role for role, name in controls if not name]


def repeated_ids(page: Page) -> list[str]:
    """Return the ids that several elements have."""
    ids = page.locator("[id]").evaluate_all("nodes => nodes.map((node) => node.id)")
    return [each for each, count in Counter(ids).items() if count > 1]


def beyond_the_screen(page: Page) -> list[str]:
    """Return the elements that are wider than the screen; none when the page cannot be scrolled sideways."""
    found: list[str] = page.evaluate(_BEYOND)
    return found


def faint_texts(page: Page) -> list[str]:
    """Return the texts that stand out too little from what is behind them."""
    found: list[str] = page.evaluate(_FAINT_TEXTS, {"ratio_min": _CONTRAST_MIN})
    return found


_BEYOND = """() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    return [...document.querySelectorAll("body *")]
        .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5 && node.checkVisibility())
        .map((node) => node.outerHTML.slice(0, 200));
}"""

_FAINT_TEXTS = """({ ratio_min }) => {
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const shade = (colour) => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour) => {
        const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        const [red, green, blue] = shade(colour).map(part);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (node) => {
        const colour = getComputedStyle(node).backgroundColor;
        return shade(colour)[3] === 255 ? colour : behind(node.parentElement);
    };
    const ratio = (node) => {
        const shades = [getComputedStyle(node).color, behind(node)].map(luminance);
        const [dark, light] = shades.sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    const texts = [...document.body.querySelectorAll("*")]
        .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
    return texts.filter((node) => node.checkVisibility() && ratio(node) < ratio_min)
        .map((node) => `${node.outerHTML} ${ratio(node)}`);
}"""
