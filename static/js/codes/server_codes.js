// For phones that can't keep a key: a small batch of codes made by the server, held in this page alone.
import { postJson } from "../http.js";

export class ServerCodes {
  #address;
  #firstStep = 0;
  #codes = [];

  constructor(address) {
    this.#address = address;
  }

  /** The code of a step; a new batch when this one ends. Rejects without network. */
  async codeAt(step) {
    if (!this.#codes[step - this.#firstStep]) await this.#fetch();
    const code = this.#codes[step - this.#firstStep] ?? this.#codes[0];
    if (!code) throw new Error("no code for this moment");
    return code;
  }

  async #fetch() {
    const batch = await postJson(this.#address, {});
    this.#firstStep = batch.first_step;
    this.#codes = batch.codes;
  }
}
