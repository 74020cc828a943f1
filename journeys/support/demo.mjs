// A demo of its own: a small county in a temporary folder, on free ports.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = process.env.CHESIL_PROGRAM
  ?? fileURLToPath(new URL("../../target/debug/chesil", import.meta.url));

/** Starts `chesil demo` and resolves when it says that it is ready. */
export async function startDemo({ people = 300, seed = 1, pace = 3600 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "chesil-journey-"));
  const child = spawn(PROGRAM, [
    "demo", "--people", String(people), "--seed", String(seed), "--pace", String(pace),
    "--port", "0", "--mllp-port", "0", "--data", folder,
  ]);
  let said = "";
  child.stderr.on("data", (bytes) => { said += bytes; });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (bytes) => {
      said += bytes;
      if (said.includes("Ctrl-C stops.")) resolve();
    });
    ended.then(() => reject(new Error(`the demo ended early:\n${said}`)));
    child.on("error", (error) => reject(new Error(`${PROGRAM} cannot be started: ${error.message}`)));
  });
  const address = (pattern) => said.match(pattern)?.[1] ?? fail(`no ${pattern} in:\n${said}`);
  return {
    portal: address(/Portal +(http:\S+?)\/?\s/),
    poole: Number(address(/poole +mllp:\/\/[\d.]+:(\d+)/)),
    password: address(/password is always ([\w-]+)/),
    // The three people worth opening, in the order they are printed.
    people: [...said.matchAll(/^ {2}(\d{3} \d{3} \d{4}) {2}(.+)$/gm)].map(([, nhsNumber, name]) => ({ nhsNumber, name: name.trim() })),
    async stop() {
      child.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function fail(message) {
  throw new Error(message);
}
