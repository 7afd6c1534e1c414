/** A person's browser without JavaScript: keeps a cookie, and sends the forms that our pages send. */
import assert from 'node:assert/strict';
import { secret } from './secrets.mjs';

/** @typedef {Record<string, string | string[]>} Fields By the name of the control. */

/** What the dialogs of a credential send unless it is said otherwise. */
const CREDENTIAL = { project: 'acme', method: 'password', username: 'acme-bot', access: 'pull' };

export class Person {
  #url;
  #cookie = '';
  #password = secret('correct horse');
  /** The issuers that this person put on the list of the instance. */
  #issuers = new Set();

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
  }

  /**
   * The first person of an instance, and owner of the project `acme`.
   * @param {string} url
   * @param {string} link the secret half of the set-up link
   */
  static async setUp(url, link) {
    const person = new Person(url);
    const to = await person.#post('/rpc/setup/create', {
      link,
      project_name: 'Acme',
      name: 'Dana Kim',
      email: 'dana@example.com',
      password: person.#password,
    });
    assert.equal(to, '/p/acme/credentials');
    return person;
  }

  /**
   * Somebody who has an account; rejects when they are not let in.
   * @param {string} url
   * @param {string} email
   * @param {string} password
   */
  static async signIn(url, email, password) {
    const person = new Person(url);
    person.#password = password;
    await person.#post('/rpc/session/create', { email, password });
    return person;
  }

  async signOut() {
    await this.#post('/rpc/session/delete', {});
  }

  /**
   * Adds a credential; gives its id.
   * @param {{ name: string } & Record<string, string>} draft by the fields of the create dialog
   */
  async addCredential(draft) {
    await this.#send('/rpc/credentials/create', multipart({ ...CREDENTIAL, ...draft }));
    const list = await this.page(`/p/acme/credentials?q=${encodeURIComponent(draft.name)}`);
    const link = list.match(/<a [^>]*>/g)?.find((tag) => tag.includes(`aria-label="Edit ${draft.name}"`));
    const [, id] = link?.match(/\/credentials\/([0-9a-f-]{36})\/edit/) ?? [];
    assert.ok(id, 'the new credential is listed');
    return id;
  }

  /**
   * Edits a credential.
   * @param {string} id
   * @param {Record<string, string>} draft all that is filled in, by the fields of the edit dialog
   */
  async editCredential(id, draft) {
    const dialog = await this.page(`/p/acme/credentials/${id}/edit`);
    const hidden = dialog.match(/<input [^>]*name="revision"[^>]*>/)?.[0] ?? '';
    const [, revision] = hidden.match(/value="(\d+)"/) ?? [];
    assert.ok(revision, 'the dialog knows what it edits');
    await this.#send('/rpc/credentials/update', multipart({ ...CREDENTIAL, id, revision, ...draft }));
  }

  /**
   * Stops deliveries of the credential.
   * @param {string} id
   */
  async disable(id) {
    await this.#post('/rpc/credentials/disable', { project: 'acme', id, anyway: 'true' });
  }

  /**
   * Deletes the credential.
   * @param {string} id
   * @param {string} name
   */
  async deleteCredential(id, name) {
    const fields = { project: 'acme', id, typed_name: name, password: this.#password };
    await this.#post('/rpc/credentials/delete', fields);
  }

  /**
   * Has everything that was recorded sent to a webhook.
   * @param {string} project or nothing, for what is recorded of the instance
   * @param {string} url
   * @param {'json' | 'ocsf' | 'cef'} format
   */
  async ship(project, url, format) {
    await this.#post('/rpc/destinations/create', {
      project,
      'form[name]': 'siem',
      'form[transport]': 'webhook',
      'form[format]': format,
      'form[address]': url,
      'form[from]': 'beginning',
      password: this.#password,
    });
  }

  /**
   * Opens an access review, of which the log has a checkpoint then.
   * @param {string} name
   */
  async openReview(name) {
    await this.#post('/rpc/reviews/create', { project: 'acme', 'form[name]': name, 'form[undecided]': 'list' });
  }

  /**
   * Makes a new data key, which replaces the one in use.
   * @param {string} purpose
   */
  async rotateKey(purpose) {
    await this.#post('/rpc/keys/rotate', { purpose });
  }

  /**
   * A page, as HTML.
   * @param {string} path
   */
  async page(path) {
    const response = await fetch(this.#url + path, { headers: { cookie: this.#cookie }, redirect: 'manual' });
    assert.equal(response.status, 200, path);
    return response.text();
  }

  /**
   * Accepts a token service for the credential.
   * @param {string} id
   * @param {string} origin
   */
  async acceptTokenService(id, origin) {
    const fields = { project: 'acme', id, origin, password: this.#password };
    await this.#post('/rpc/credentials/token-service', fields);
  }

  /**
   * Makes a pipeline that may use these credentials; gives its id and its token.
   * @param {string} name
   * @param {string[]} [credentials] ids
   * @param {'pull' | 'pull_push'} [intent]
   */
  async addPipeline(name, credentials = [], intent = 'pull') {
    const to = await this.#post('/rpc/pipelines/create', {
      project: 'acme',
      'form[name]': name,
      'form[description]': '',
      'form[token_days]': '30',
      'form[intent]': intent,
      'form[credentials][]': credentials,
      password: this.#password,
    });
    const [, id] = to.match(/^\/p\/acme\/pipelines\/([0-9a-f-]{36})\?once=.+$/) ?? [];
    assert.ok(id, `where the post leads: ${to}`);
    const [token] = (await this.page(to)).match(/rgc_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}/) ?? [];
    assert.ok(token, 'the page shows the token');
    return { id, name, token };
  }

  /**
   * Grants one more credential.
   * @param {string} pipeline its id
   * @param {string} credential its id
   * @param {{ intent: 'pull' | 'pull_push' } & Record<string, string>} terms
   */
  async grant(pipeline, credential, terms) {
    const form = Object.entries(terms).map(([name, value]) => [`form[${name}]`, value]);
    await this.#post('/rpc/grants/create', {
      project: 'acme',
      pipeline,
      'form[credentials][]': [credential],
      ...Object.fromEntries(form),
      password: this.#password,
    });
  }

  /**
   * Puts an issuer on the list of the instance, unless this person did that before.
   * @param {string} issuer
   */
  async trustIssuer(issuer) {
    if (this.#issuers.has(issuer)) return;
    await this.#post('/rpc/issuers/create', { url: issuer, password: this.#password });
    this.#issuers.add(issuer);
  }

  /**
   * Makes a trust rule, whose issuer is on the list by then. Gives the secret that is shown once, for the project's first for Drone; else nothing.
   * @param {string} pipeline its id
   * @param {{ provider: string, issuer?: string, audience?: string, public_key?: string, claims: Record<string, string> }} rule
   * @returns {Promise<string>}
   */
  async trust(pipeline, { claims, ...rule }) {
    if (rule.issuer) await this.trustIssuer(rule.issuer);
    const form = [
      ...Object.entries(rule).map(([name, value]) => [`form[${name}]`, value]),
      ...Object.entries(claims).map(([name, value]) => [`form[claims][${name}]`, value]),
    ];
    const fields = { project: 'acme', pipeline, ...Object.fromEntries(form), password: this.#password };
    const to = await this.#post('/rpc/trust-rules/create', fields);
    if (!new URL(to, this.#url).searchParams.has('secret')) return '';
    const [, shown] = (await this.page(to)).match(/DRONE_REGISTRY_PLUGIN_TOKEN=([0-9a-f]{64})/) ?? [];
    assert.ok(shown, 'the page shows the secret');
    return shown;
  }

  /**
   * Sends a form that leads on to another page; gives where to.
   * @param {string} path
   * @param {Fields} fields
   */
  async #post(path, fields) {
    const response = await this.#send(path, urlencoded(fields));
    return response.headers.get('location') ?? '';
  }

  /**
   * As a script does, so that a refusal comes as a status with the reason, and not as a page.
   * @param {string} path
   * @param {FormData | URLSearchParams} body
   */
  async #send(path, body) {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        origin: this.#url,
        'sec-fetch-site': 'same-origin',
        ...(this.#cookie && { cookie: this.#cookie }),
      },
      body,
    });
    if (response.status >= 400) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    // What a post leaves for the page after it is a cookie as well.
    const cookie = response.headers.getSetCookie().find((set) => set.startsWith('sid='));
    if (cookie) this.#cookie = /** @type {string} */ (cookie.split(';')[0]);
    return response;
  }
}

/** @param {Record<string, string>} fields */
function multipart(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

/** @param {Fields} fields */
function urlencoded(fields) {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  return form;
}
