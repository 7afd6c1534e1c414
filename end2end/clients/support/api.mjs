/** The door for machines, as a job goes through it. */

/**
 * What came back.
 * @typedef {object} Reply
 * @property {number} status
 * @property {string} text
 * @property {any} json The text, when it is JSON.
 * @property {Headers} headers
 */

/**
 * Fetches something of `/api/v1`.
 * @param {string} url of the server
 * @param {string} path behind `/api/v1/`
 * @param {string} token
 * @param {Record<string, string | string[]>} [query]
 * @returns {Promise<Reply>}
 */
export async function get(url, path, token, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) parameters.append(name, value);
  }
  const address = `${url}/api/v1/${path}${parameters.size > 0 ? `?${parameters}` : ''}`;
  return read(await fetch(address, { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' }));
}

/**
 * Gives a job's signed token for a token of the pipeline.
 * @param {string} url of the server
 * @param {string} pipeline its id
 * @param {string} token
 * @returns {Promise<Reply>}
 */
export async function exchange(url, pipeline, token) {
  const body = JSON.stringify({ pipeline, token });
  const headers = { 'content-type': 'application/json' };
  return read(await fetch(`${url}/api/v1/token`, { method: 'POST', headers, body, redirect: 'manual' }));
}

/** @param {Response} response */
async function read(response) {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}
