/** The one part that is played: an OpenAI-compatible model server that says part of an answer, and the rest when it is let. */
import { once } from "node:events";
import { createServer } from "node:http";

/** The first is the one that answers whom nobody asked for another. */
export const MODELS = ["played", "understudy"];

/** One answer: its parts, and which may be said. Knows which model was asked for it, how often, and by how many who still listen. */
class Answer {
  asked = 0;
  listeners = 0;
  #gates;
  #open = 0;

  constructor(...parts) {
    this.parts = parts;
    this.#gates = parts.map(gate);
    this.goesOn();
  }

  /** Lets it say the next part. */
  goesOn() {
    this.#gates[this.#open++]?.opens();
  }

  /** Ends it in the middle, as a model server that dies. */
  breaksOff() {
    this.#gates[this.#open]?.opens("broken");
  }

  async saysTo(response) {
    this.asked += 1;
    this.listeners += 1;
    response.once("close", () => (this.listeners -= 1));
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const [index, part] of this.parts.entries()) {
      if ((await Promise.race([this.#gates[index].opened, once(response, "close")])) === "broken") return void response.destroy();
      if (response.destroyed) return;
      for (const word of words(part)) response.write(delta(word));
    }
    response.end(`${event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}data: [DONE]\n\n`);
  }
}

function gate() {
  let opens;
  const opened = new Promise((resolve) => (opens = resolve));
  return { opened, opens };
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

  /** What it says when the last prompt contains these words: the first part at once, each other when it is let. */
  whenAsked(prompt, before, after = "", ...more) {
    const answer = new Answer(before, after, ...more);
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
