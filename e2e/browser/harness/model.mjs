/** The one part that is played: an OpenAI-compatible model server that says half an answer, and the rest when it is let. */
import { once } from "node:events";
import { createServer } from "node:http";

/** The first is the one that answers whom nobody asked for another. */
export const MODELS = ["played", "understudy"];

/** One answer: its halves, and whether the second may be said. Knows which model was asked for it. */
class Answer {
  #go;
  #may = new Promise((resolve) => (this.#go = resolve));

  constructor(before, after) {
    Object.assign(this, { before, after });
  }

  /** Lets it say the rest. */
  goesOn() {
    this.#go();
  }

  /** Ends it in the middle, as a model server that dies. */
  breaksOff() {
    this.#go("broken");
  }

  async saysTo(response) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const word of words(this.before)) response.write(delta(word));
    if ((await Promise.race([this.#may, once(response, "close")])) === "broken") return void response.destroy();
    for (const word of words(this.after)) response.write(delta(word));
    response.end(`${event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}data: [DONE]\n\n`);
  }
}

export class Model {
  #answers = new Map();

  static async start() {
    const model = new Model();
    model.server = createServer((request, response) => void model.#serve(request, response));
    await once(model.server.listen(0, "127.0.0.1"), "listening");
    model.url = `http://127.0.0.1:${model.server.address().port}/v1`;
    return model;
  }

  /** What it says when the last prompt contains these words. */
  whenAsked(prompt, before, after = "") {
    const answer = new Answer(before, after);
    this.#answers.set(prompt, answer);
    return answer;
  }

  async #serve(request, response) {
    if (request.method === "GET") return void response.end(JSON.stringify({ object: "list", data: MODELS.map((id) => ({ id })) }));
    let body = "";
    for await (const piece of request) body += piece;
    const { model, messages } = JSON.parse(body);
    const last = messages.at(-1).content;
    const answer = [...this.#answers].find(([prompt]) => last.includes(prompt))?.[1];
    if (!answer) return void response.writeHead(400).end(JSON.stringify({ error: { message: "no story told me what to say" } }));
    answer.model = model;
    await answer.saysTo(response);
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const words = (text) => text.match(/\S*\s*/g).filter(Boolean);
const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content) => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
