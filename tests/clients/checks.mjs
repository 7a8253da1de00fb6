// Counts what was proven, and says each of it in a line.

export class Checks {
  #passed = 0;
  #failed = 0;

  /** A heading. */
  about(text) {
    console.log(`\n${text}`);
  }

  /** One promise. */
  that(promise, kept, found) {
    if (kept) {
      this.#passed += 1;
      console.log(`  ok    ${promise}`);
    } else {
      this.#failed += 1;
      console.log(`  FAILED ${promise}${found === undefined ? "" : `: ${shown(found)}`}`);
    }
    return Boolean(kept);
  }

  /** One promise about two values that are to be the same. */
  same(promise, found, wanted) {
    const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
    return this.that(promise, left === right, `${left} is not ${right}`);
  }

  /** A promise without which nothing after it makes sense. */
  must(promise, kept, found) {
    if (!this.that(promise, kept, found)) throw new Error(`cannot go on: ${promise}`);
  }

  /** Something that went wrong outside a promise. */
  broke(error) {
    this.#failed += 1;
    console.log(`  FAILED ${error?.stack ?? error}`);
  }

  /** The last line, and the exit code. */
  finish() {
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 && this.#passed > 0 ? 0 : 1;
  }
}

function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
