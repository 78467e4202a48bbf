/** What the tests use of Node, whose own types are a package of their own. */

declare module "node:test" {
  interface Mock {
    timers: { enable(options: { apis: string[] }): void; reset(): void; tick(milliseconds: number): void };
    method(object: object, name: string, implementation: Function): void;
  }
  export interface TestContext {
    mock: Mock;
  }
  export function test(name: string, run: (context: TestContext) => unknown): Promise<void>;
  export const mock: Mock;
}

declare module "node:assert/strict" {
  /** What a thrown error has. */
  type Thrown = Record<string, unknown>;
  interface Assert {
    ok(value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    match(text: string, pattern: RegExp, message?: string): void;
    rejects(promise: Promise<unknown>, error?: Thrown): Promise<void>;
    throws(run: () => unknown, error?: Thrown): void;
  }
  const assert: Assert;
  export default assert;
}

declare module "node:fs" {
  export function existsSync(path: string): boolean;
  export function readFileSync(path: URL, encoding: "utf8"): string;
}

declare module "node:url" {
  export function fileURLToPath(url: URL): string;
}

declare module "node:child_process" {
  export function execFileSync(file: string, args: string[], options: { cwd: string }): { toString(): string };
}

declare function setImmediate(act: (value?: unknown) => void): unknown;
