/** A make-believe shell, good enough for screenshots and for trying the terminal without a server. */
const FILES =
  "\u001b[1;34mdb\u001b[0m  \u001b[1;34mnode_modules\u001b[0m  package.json  phazeai.yaml  README.md  \u001b[1;34msrc\u001b[0m  \u001b[1;34mtests\u001b[0m  tsconfig.json\r\n";

const ANSWERS: Record<string, string> = {
  ls: FILES,
  pwd: "/workspace\r\n",
  whoami: "ada\r\n",
  "git status":
    "On branch \u001b[1mmain\u001b[0m\r\nYour branch is up to date with 'origin/main'.\r\n\r\nChanges not staged for commit:\r\n  \u001b[31mmodified:   src/cart.ts\u001b[0m\r\n  \u001b[31mmodified:   src/checkout.ts\u001b[0m\r\n\r\n",
  "npm test":
    "\r\n \u001b[42;30m RUN \u001b[0m \u001b[2m/workspace\u001b[0m\r\n\r\n \u001b[32m✓\u001b[0m src/cart.test.ts \u001b[2m(14 tests)\u001b[0m \u001b[2m38 ms\u001b[0m\r\n \u001b[32m✓\u001b[0m src/checkout.test.ts \u001b[2m(9 tests)\u001b[0m \u001b[2m61 ms\u001b[0m\r\n \u001b[32m✓\u001b[0m src/stock.test.ts \u001b[2m(22 tests)\u001b[0m \u001b[2m17 ms\u001b[0m\r\n\r\n \u001b[2mTest Files\u001b[0m  \u001b[32m3 passed\u001b[0m (3)\r\n      \u001b[2mTests\u001b[0m  \u001b[32m45 passed\u001b[0m (45)\r\n\r\n",
  help: "This shell knows ls, pwd, whoami, git status, npm test, clear and exit.\r\n",
};

export class Shell {
  private line = "";
  ended = false;

  constructor(private readonly host: string) {}

  prompt(): string {
    return `\u001b[1;32mada@${this.host}\u001b[0m:\u001b[1;34m/workspace\u001b[0m\u001b[35m (main)\u001b[0m$ `;
  }

  screen(): string {
    return `${this.prompt()}ls\r\n${ANSWERS["ls"] ?? ""}${this.prompt()}git status\r\n${ANSWERS["git status"] ?? ""}${this.prompt()}npm test\r\n${ANSWERS["npm test"] ?? ""}${this.prompt()}`;
  }

  /** What the terminal shows in answer to these keys. */
  type(text: string): string {
    let shown = "";
    for (const key of text) {
      if (key === "\r") {
        shown += `\r\n${this.run(this.line.trim())}`;
        this.line = "";
        if (!this.ended) shown += this.prompt();
      } else if (key === "\u007f") {
        if (this.line.length > 0) shown += "\b \b";
        this.line = this.line.slice(0, -1);
      } else if (key === "\u0003") {
        shown += `^C\r\n${this.prompt()}`;
        this.line = "";
      } else if (key >= " ") {
        this.line += key;
        shown += key;
      }
    }
    return shown;
  }

  private run(command: string): string {
    if (command === "") return "";
    if (command === "clear") return "\u001b[2J\u001b[H";
    if (command === "exit") {
      this.ended = true;
      return "logout\r\n";
    }
    return ANSWERS[command] ?? `bash: ${command.split(" ")[0] ?? ""}: command not found\r\n`;
  }
}

export function consoleText(): string {
  const time = (second: number) => `\u001b[2m12:04:${String(second).padStart(2, "0")}\u001b[0m`;
  const lines = [
    "\u001b[1;36m── install: npm ci ──\u001b[0m",
    "added 612 packages in 9s",
    "\u001b[1;36m── migrate: npm run db:migrate ──\u001b[0m",
    "Applying 0007_orders.sql … \u001b[32mok\u001b[0m",
    "Applying 0008_stock.sql … \u001b[32mok\u001b[0m",
    "\u001b[1;36m── dev: npm run dev -- --port 3000 ──\u001b[0m",
    "",
    "  \u001b[32m➜\u001b[0m  Local:   http://localhost:3000/",
    "  \u001b[32m➜\u001b[0m  ready in 412 ms",
    "",
  ];
  for (let at = 0; at < 46; at += 1) {
    const slow = at % 11 === 7;
    lines.push(
      slow
        ? `${time(at)} \u001b[33mWARN\u001b[0m  GET /api/stock took 812 ms, more than 500`
        : `${time(at)} \u001b[32mINFO\u001b[0m  ${at % 3 === 0 ? "POST /api/cart" : "GET /products?page=" + String(at)} \u001b[2m${200 + (at % 3)}\u001b[0m ${12 + ((at * 7) % 40)} ms`,
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}
