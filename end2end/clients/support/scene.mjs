/** What one test starts and makes, and takes away again whatever happens in between. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Scene {
  /** @type {(() => Promise<void>)[]} */
  #ends = [];

  /**
   * Something that is stopped when the scene ends.
   * @template {{ stop(): Promise<void> }} T
   * @param {Promise<T>} starting
   * @returns {Promise<T>}
   */
  async add(starting) {
    const started = await starting;
    this.#ends.push(() => started.stop());
    return started;
  }

  /** An empty folder that is removed when the scene ends. */
  async folder() {
    const path = await mkdtemp(join(tmpdir(), 'regcred-clients-'));
    this.#ends.push(() => rm(path, { recursive: true, force: true, maxRetries: 3 }));
    return path;
  }

  /** Ends everything, the last first. What does not end does not keep the rest from it. */
  async end() {
    /** @type {unknown[]} */
    const problems = [];
    for (const end of this.#ends.splice(0).reverse()) {
      await end().catch((error) => problems.push(error));
    }
    if (problems.length > 0) throw new AggregateError(problems, 'Not everything could be stopped.');
  }
}

/**
 * The body of a test that has a scene.
 * @param {(scene: Scene, t: import('node:test').TestContext) => Promise<void>} body
 */
export function inScene(body) {
  return async (/** @type {import('node:test').TestContext} */ t) => {
    const scene = new Scene();
    try {
      await body(scene, t);
    } finally {
      await scene.end();
    }
  };
}
