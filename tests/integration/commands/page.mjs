// Runs the snippets of docs/api.md against a running service, the way a signed-in page would.
// Arguments: the service's address, a session token, a file with the snippets as a JSON list.
import { readFileSync } from "node:fs";

const [address, token, file] = process.argv.slice(2);
const [start, follow, ...others] = JSON.parse(readFileSync(file, "utf8"));
const plainFetch = globalThis.fetch;

globalThis.fetch = (path, options = {}) =>
  plainFetch(address + path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });

// Node has no EventSource by default: the part of the standard that the guide relies on.
globalThis.EventSource = class {
  constructor(path) {
    this.path = path;
    this.lastEventId = "";
    this.run();
  }
  async run() {
    while (!this.closed) {
      const headers = this.lastEventId ? { "Last-Event-ID": this.lastEventId } : {};
      const answer = await fetch(this.path, { headers });
      if (answer.status !== 200) return;
      const decoder = new TextDecoder();
      let text = "";
      for await (const chunk of answer.body) {
        text += decoder.decode(chunk, { stream: true });
        const frames = text.split("\n\n");
        text = frames.pop();
        frames.forEach((frame) => this.hear(frame));
      }
    }
  }
  hear(frame) {
    const fields = Object.fromEntries(frame.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
    if (fields.id) this.lastEventId = fields.id;
    if (fields.data && !this.closed) this.onmessage({ data: fields.data });
  }
  close() {
    this.closed = true;
    this.onclosed();
  }
};

const AsyncFunction = (async () => {}).constructor;
const { syncId } = await new AsyncFunction(`${start}\nreturn { syncId };`)();
await new AsyncFunction("syncId", `${follow}\nawait new Promise((done) => { events.onclosed = done; });`)(syncId);
const found = await (await fetch("/api/detections/results?limit=1")).json();
for (const snippet of others) {
  await new AsyncFunction("syncId", "id", snippet)(syncId, found.results[0].id);
}
console.log("every snippet ran");
