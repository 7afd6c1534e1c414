/** Made-up CI jobs: what GitHub and GitLab say of one, and pipelines that take their word. */
import assert from 'node:assert/strict';
import { exchange, get } from './api.mjs';
import { startProvider } from './provider.mjs';
import { assertNoSecret, secret, unique } from './secrets.mjs';
import { startInstance, startReplica } from './server.mjs';

/** @typedef {Record<string, string>} Claims */
/** @typedef {'github' | 'gitlab'} Provider */

/** A push to the branch `main` of the repository `acme/api`, which has the id 7001. @type {Record<Provider, Claims>} */
const PUSH = {
  github: {
    repository: 'acme/api',
    repository_id: '7001',
    repository_owner: 'acme',
    repository_owner_id: '42',
    repository_visibility: 'private',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    event_name: 'push',
    actor: 'dana',
    run_id: '9001',
    run_attempt: '1',
    runner_environment: 'github-hosted',
    sha: '6cc2a1f4e1c2b0a3d5e7f9081726354453627180',
    workflow: 'build',
    job_workflow_ref: 'acme/api/.github/workflows/build.yml@refs/heads/main',
  },
  gitlab: {
    project_path: 'acme/api',
    project_id: '7001',
    namespace_path: 'acme',
    namespace_id: '42',
    user_login: 'dana',
    pipeline_id: '9001',
    pipeline_source: 'push',
    job_id: '9002',
    ref: 'main',
    ref_type: 'branch',
    ref_path: 'refs/heads/main',
    ref_protected: 'true',
    sha: '6cc2a1f4e1c2b0a3d5e7f9081726354453627180',
  },
};

/** What a rule for that repository asks for. @type {Record<Provider, Claims>} */
const RULES = {
  github: { repository_id: '7001', repository_owner_id: '42', ref: 'refs/heads/main' },
  gitlab: { project_id: '7001', ref_path: 'refs/heads/main' },
};

/** A job for a proposed change that comes from anybody. @type {Record<Provider, Claims>} */
export const PROPOSED = {
  github: { event_name: 'pull_request', ref: 'refs/pull/7/merge', ref_type: 'branch', head_ref: 'main' },
  gitlab: { pipeline_source: 'merge_request_event', ref: 'main', ref_path: 'refs/merge-requests/7/head' },
};

/** A job for a tag that is called like the branch. @type {Record<Provider, Claims>} */
export const TAGGED = {
  github: { ref: 'refs/tags/main', ref_type: 'tag' },
  gitlab: { ref: 'main', ref_type: 'tag', ref_path: 'refs/tags/main', ref_protected: 'false' },
};

/** A rule for every reference of the repository. @type {Record<Provider, Claims>} */
export const ANY_REFERENCE = { github: { ref: 'refs/*' }, gitlab: { ref_path: 'refs/*' } };

/** An instance with one credential, and providers whose word its pipelines can take. */
export class Jobs {
  #scene;
  #instance;
  #credential;

  /**
   * @param {import('./scene.mjs').Scene} scene
   * @param {import('./server.mjs').Instance} instance
   * @param {string} credential
   */
  constructor(scene, instance, credential) {
    this.#scene = scene;
    this.#instance = instance;
    this.#credential = credential;
  }

  /** @param {import('./scene.mjs').Scene} scene */
  static async start(scene) {
    const instance = await startInstance(scene);
    const draft = { name: 'ghcr', registry_url: 'ghcr.io', access: 'pull_push', password: secret() };
    return new Jobs(scene, instance, await instance.person.addCredential(draft));
  }

  get instance() {
    return this.#instance;
  }

  get url() {
    return this.#instance.server.url;
  }

  /** A provider of its own. */
  newIssuer() {
    return this.#scene.add(startProvider());
  }

  /** One more server over the same database; gives its address. */
  async replica() {
    return (await startReplica(this.#scene, this.#instance)).url;
  }

  /**
   * A pipeline that may pull and push, and takes the provider's word for the repository.
   * @param {Provider} provider
   * @param {import('./provider.mjs').Issuer} issuer
   * @param {{ rule?: Claims, terms?: Record<string, string> }} [other] What its rule asks for instead,
   *   and the terms of its grant.
   */
  async pipeline(provider, issuer, { rule = {}, terms = {} } = {}) {
    const { person } = this.#instance;
    const { id, name } = await person.addPipeline(unique(provider));
    await person.grant(id, this.#credential, { intent: 'pull_push', ...terms });
    const claims = { ...RULES[provider], ...rule };
    await person.trust(id, { provider, issuer: issuer.url, audience: this.url, claims });
    return { id, name };
  }

  /**
   * The signed token of a job.
   * @param {Provider} provider
   * @param {import('./provider.mjs').Issuer} issuer
   * @param {Claims} [claims] What is not as for a push to `main`.
   * @param {{ times?: { iat: number, exp: number }, audience?: string }} [other]
   */
  token(provider, issuer, claims = {}, { times, audience = this.url } = {}) {
    return issuer.sign({ audience, claims: { ...PUSH[provider], ...claims }, times });
  }

  /**
   * The short-lived token for a job's.
   * @param {{ id: string }} pipeline
   * @param {string} token
   * @param {string} [url] of the server
   */
  async accepted(pipeline, token, url = this.url) {
    const reply = await exchange(url, pipeline.id, token);
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.json.token, /^rgc_/);
    assert.ok(reply.json.expires_in > 0 && reply.json.expires_in <= 3600);
    return /** @type {string} */ (reply.json.token);
  }

  /**
   * There is none for it, and the answer says why.
   * @param {{ id: string }} pipeline
   * @param {string} token
   * @param {RegExp} why
   * @param {string} [url] of the server
   */
  async refused(pipeline, token, why, url = this.url) {
    const reply = await exchange(url, pipeline.id, token);
    assert.equal(reply.status, 403, reply.text);
    assert.equal(reply.json.error.code, 'forbidden');
    assert.match(reply.json.error.message, why);
    assert.ok(!reply.text.includes('rgc_') && !reply.text.includes(token), 'no token is in the answer');
    assertNoSecret(reply.text);
  }

  /**
   * Waits until a token that works once, and was used, is not taken again: for some seconds it is, since its answer may
   * have been lost.
   * @param {{ id: string }} pipeline
   * @param {string} token
   */
  async usedUp(pipeline, token) {
    const end = Date.now() + 30_000;
    for (;;) {
      const { status } = await exchange(this.url, pipeline.id, token);
      if (status === 403) return;
      assert.ok(status === 200 && Date.now() < end, `it is still taken: ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /**
   * Asks for the credential with the short-lived token.
   * @param {string} token
   * @param {'pull' | 'push'} intent
   */
  fetch(token, intent) {
    return get(this.url, 'credential', token, { server: 'ghcr.io', intent });
  }
}
