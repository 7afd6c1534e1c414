import { addCredential } from '../support/credentials.ts';
import { everyPage } from '../support/pages.ts';
import { post } from '../support/post.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

/** Every server function: what changes something, and what only reads. */
const FUNCTIONS = [
  'setup/create', 'session/create', 'session/delete',
  'credentials/create', 'credentials/update', 'credentials/replace-secret', 'credentials/questions', 'credentials/disable', 'credentials/enable', 'credentials/bulk', 'credentials/delete', 'credentials/move-and-delete', 'credentials/compromise',
  'pipelines/create', 'pipelines/update', 'pipelines/delete', 'grants/create', 'grants/delete', 'grants/repoint', 'tokens/create', 'tokens/revoke',
  'grants/approve', 'grants/reject', 'grants/update', 'trust-rules/update', 'trust-rules/create', 'trust-rules/delete', 'trust-rules/confirm', 'trust-rules/try', 'credentials/token-service',
  'trust-rules/renew-secret', 'guard-changes/approve', 'guard-changes/delete', 'guard-changes/reject', 'first-steps/hide',
  'versions/switch', 'versions/destroy', 'keys/rotate', 'keys/backed-up', 'keys/retire', 'keys/destroy', 'registry/recognise',
  'issuers/create', 'issuers/delete', 'definitions/create', 'definitions/delete', 'findings/accept', 'findings/withdraw', 'audit/export', 'audit/checkpoint', 'audit/proof',
  'reviews/create', 'reviews/decide', 'reviews/close', 'reviews/export',
  'destinations/create', 'destinations/test', 'destinations/switch', 'destinations/renew', 'destinations/delete',
];

test('every page has all security headers and its own nonce', async ({ page, instance }) => {
  // It goes through every page.
  test.slow();
  const pages = await everyPage(page, instance);
  const nonces = new Set<string>();
  for (const [what, address] of Object.entries(pages)) {
    const headers = (await page.goto(address))!.headers();
    const policy = headers['content-security-policy'] ?? '';
    const nonce = policy.match(/script-src[^;]*'nonce-([^']{16,})'/)?.[1];
    expect(nonce, `${what}: ${policy}`).toBeDefined();
    expect(nonces, what).not.toContain(nonce);
    nonces.add(nonce!);
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) {
      expect(policy, what).toContain(part);
    }
    expect(policy, what).not.toContain('unsafe-inline');
    expect(policy, what).not.toContain("'unsafe-eval'");
    expect(headers, what).toMatchObject({
      'cache-control': 'no-store',
      'content-type': expect.stringMatching(/^text\/html; charset=utf-8$/i),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers, what).not.toHaveProperty('server');
  }
});

test('crawlers may read what needs no session', async ({ page, instance }) => {
  const robots = await fetch(`${instance.url}/robots.txt`);
  expect(robots.status).toBe(200);
  const rules = await robots.text();
  expect(rules).toContain('Allow: /');
  expect(rules).not.toContain('Disallow');
  for (const address of ['/sign-in', '/help']) {
    const headers = (await page.goto(address))!.headers();
    expect(headers, address).not.toHaveProperty('x-robots-tag');
    const description = page.locator('head > meta[name=description]');
    await expect(description).toHaveAttribute('content', /^Regcred keeps the credentials of .+\.$/);
  }
});

test('no two answers share a nonce', async ({ page, instance }) => {
  const nonces = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const { headers } = await fetch(`${instance.url}/sign-in`);
    nonces.add(headers.get('content-security-policy')!.match(/'nonce-([^']+)'/)![1]!);
  }
  expect(nonces.size).toBe(200);
  await page.goto('/sign-in');
});

test('scripts, styles and the module are kept for ever under names of their content', async ({ page, instance }) => {
  await page.goto('/sign-in');
  const style = await page.locator('link[rel=stylesheet]').getAttribute('href');
  const response = await fetch(instance.url + style);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await fetch(`${instance.url}/pkg/nothing.js`)).status).toBe(404);
});

test('a post that another site made the browser send is refused', async ({ page, instance }) => {
  const name = unique('forged');
  await addCredential(page, instance, { name });
  const other = { origin: 'https://evil.example' };
  const senders = {
    'another site': { ...other, 'sec-fetch-site': 'cross-site' },
    'another site of an old browser': other,
    'a site beside ours': { origin: 'http://evil.localhost', 'sec-fetch-site': 'same-site' },
    'another port': { origin: 'http://localhost:1' },
    'a frame without an origin': { origin: 'null' },
    'something that hides': {},
  };
  for (const [who, from] of Object.entries(senders)) {
    for (const name of FUNCTIONS) {
      const response = await post(page, `${instance.url}/rpc/${name}`, { project: 'acme' }, from);
      expect(response.status(), `${name} from ${who}`).toBe(403);
    }
  }
  await page.goto(`${instance.project}/credentials?q=${name}`);
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
});

test('nothing is changed, or answered, by a link', async ({ page, instance }) => {
  for (const name of FUNCTIONS) {
    const response = await page.request.get(`${instance.url}/rpc/${name}?project=acme`, { maxRedirects: 0 });
    expect([404, 405], name).toContain(response.status());
  }
  await page.goto(`${instance.project}/credentials`);
  await expect(page).toHaveURL(`${instance.project}/credentials`);
});
