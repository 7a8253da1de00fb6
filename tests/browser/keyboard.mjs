// A person with a keyboard and no mouse.

const FAR = 400;

export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  /** Presses Tab until the focus is on what is meant. Nothing else moves the focus. */
  async reach(selector) {
    const goal = this.page.locator(selector).first();
    await goal.waitFor({ state: "attached" });
    const isThere = () => goal.evaluate((element) => element === document.activeElement);
    for (let pressed = 0; pressed < FAR; pressed += 1) {
      if (await isThere()) return goal;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`the keyboard does not reach ${selector} at ${this.page.url()}`);
  }

  /** Types into a field, over what is in it. */
  async type(selector, text) {
    await this.reach(selector);
    await this.page.keyboard.press("ControlOrMeta+A");
    await this.page.keyboard.type(text);
  }

  /** Puts a long text into a field at once, as pasting does. */
  async paste(selector, text) {
    await this.reach(selector);
    await this.page.keyboard.press("ControlOrMeta+A");
    await this.page.keyboard.insertText(text);
  }

  /** Chooses in a list with the arrow keys. */
  async choose(selector, value) {
    const list = await this.reach(selector);
    await this.page.keyboard.press("Home");
    for (let pressed = 0; pressed < FAR; pressed += 1) {
      if ((await list.inputValue()) === value) return;
      await this.page.keyboard.press("ArrowDown");
    }
    throw new Error(`${selector} has no ${value}`);
  }

  /** Ticks a box. */
  async tick(selector) {
    const box = await this.reach(selector);
    if (!(await box.isChecked())) await this.page.keyboard.press("Space");
    if (!(await box.isChecked())) throw new Error(`${selector} cannot be ticked`);
  }

  /** Presses a button or follows a link, and waits for the page behind it. */
  async press(selector, key = "Enter") {
    await this.reach(selector);
    const loaded = this.page.waitForNavigation({ waitUntil: "load" });
    const [answer] = await Promise.all([loaded, this.page.keyboard.press(key)]);
    return answer;
  }
}
