/** Pipelines: made on their page, and then what a machine does with the token. */
import { expect, type Locator, type Page } from '@playwright/test';
import { fillIn, searchListed } from './form.ts';
import type { Instance } from './server.ts';

export type Wanted = {
  name: string;
  /** The names of the credentials it may use. */
  credentials?: string[];
  access?: 'Pull' | 'Pull and push';
};

const TOKEN = /rgc_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}/;

/** Opens the create dialog and fills in everything but the person's own password. */
export async function openNewPipeline(page: Page, instance: Instance, wanted: Wanted): Promise<Locator> {
  await page.goto(`${instance.project}/pipelines/new`);
  const dialog = page.getByRole('dialog', { name: 'Add Pipeline' });
  await fillIn(dialog, { Name: wanted.name });
  for (const name of wanted.credentials ?? []) {
    if ((await credentialBox(dialog, name).count()) === 0) await searchListed(dialog.getByLabel('Name', { exact: true }), name);
    await credentialBox(dialog, name).check();
    if (wanted.access === 'Pull and push') await pushBox(dialog, name).check();
  }
  return dialog;
}

/** The box of the credential with this name. */
export function credentialBox(dialog: Locator, name: string): Locator {
  return dialog.getByRole('checkbox', { name: `${name} (` });
}

/** The box that grants the credential with this name to push, too. */
export function pushBox(dialog: Locator, name: string): Locator {
  return dialog.getByRole('checkbox', { name: `Push with ${name}`, exact: true });
}

/** A part of a pipeline's page. */
export type Part = 'credentials' | 'identity' | 'connect' | 'definitions' | 'deliveries' | 'activity';

/** The path of the pipeline that the browser is at. */
export function pathOfPipeline(page: Page): string {
  const [path] = new URL(page.url()).pathname.match(/^\/p\/[^/]+\/pipelines\/[0-9a-f-]{36}/) ?? [];
  expect(path, 'the page of a pipeline').toBeDefined();
  return path!;
}

/** Opens a part of the page of the pipeline that the browser is at. */
export async function openPart(page: Page, part: Part): Promise<void> {
  const path = pathOfPipeline(page);
  await page.goto(part === 'credentials' ? path : `${path}/${part}`);
}

/** Makes a pipeline in the browser; gives its token. The page is then the pipeline's. */
export async function addPipeline(page: Page, instance: Instance, wanted: Wanted): Promise<string> {
  const dialog = await openNewPipeline(page, instance, wanted);
  await fillIn(dialog, { 'Your password': instance.account.password });
  await dialog.getByRole('button', { name: 'Create' }).click();
  return readToken(page);
}

/** The token that the page shows. */
export async function readToken(page: Page): Promise<string> {
  const shown = page.getByRole('region', { name: 'New token' });
  await expect(shown).toContainText('This token is shown once.');
  const [token] = (await shown.innerText()).match(TOKEN) ?? [];
  expect(token, 'the token on the page').toBeDefined();
  return token!;
}

/** The id of the grant of the credential with this name, on the pipeline's page. */
export async function grantOf(page: Page, credential: string): Promise<string> {
  const link = page.getByRole('link', { name: `Revoke ${credential}`, exact: true });
  const href = (await link.getAttribute('href'))!;
  return href.split('/').at(-2)!;
}

/** What a CI job does: fetches the docker configuration with the token. */
export function fetchConfig(
  instance: Instance,
  token: string,
  { intent = '', image = '', run = {} }: { intent?: '' | 'pull' | 'push'; image?: string; run?: Record<string, string> } = {},
): Promise<Response> {
  const query = new URLSearchParams(Object.entries({ intent, image }).filter(([, value]) => value !== '')).toString();
  const headers = { authorization: `Bearer ${token}`, ...run };
  return fetch(`${instance.url}/api/v1/docker-config${query && `?${query}`}`, { headers });
}

/** What a CI job does: sends what a file of the repository names, an image of ghcr.io and one with a variable. */
export function declare(instance: Instance, token: string, file: string): Promise<Response> {
  const place = (line: number) => ({ file, line, path: 'FROM', job: '0', seen_in: 'field' });
  const image = { host: 'ghcr.io', repository: 'acme/base', tag: '1' };
  const variables = [{ name: 'TAG', from: 'a build argument' }];
  const report = {
    version: 1,
    files: [{ file, system: 'dockerfile', sha256: '0a'.repeat(32) }],
    found: [
      { ...place(1), kind: 'pulls', what: { image } },
      { ...place(2), kind: 'pulls', what: { unresolved: { variables, host: 'quay.io', repository: 'acme/api' } } },
    ],
    passwords: [{ ...place(3), field: 'ENV PASSWORD' }],
    notes: [],
    unread: [],
  };
  const headers = {
    authorization: `Bearer ${token}`, 'content-type': 'application/json', 'Regcred-Commit': '0a1b2c3d', 'Regcred-Branch': 'main',
  };
  return fetch(`${instance.url}/api/v1/pipelines/self/definitions`, { method: 'PUT', headers, body: JSON.stringify(report) });
}

/** The hosts in the configuration, each once: it has the spelling with the usual port beside the bare one. */
export async function hostsIn(response: Response): Promise<string[]> {
  const { auths } = (await response.json()) as { auths: Record<string, unknown> };
  return Object.keys(auths).filter((host) => !host.endsWith(':443'));
}

/** What the configuration holds for a host: user name and secret. */
export function signInFor(config: unknown, host: string): [string, string] | undefined {
  const { auth } = (config as { auths: Record<string, { auth: string } | undefined> }).auths[host] ?? {};
  if (auth === undefined) return undefined;
  const pair = Buffer.from(auth, 'base64').toString();
  const colon = pair.indexOf(':');
  return [pair.slice(0, colon), pair.slice(colon + 1)];
}
