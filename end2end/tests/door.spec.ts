import { addCredential, pathOf } from '../support/credentials.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test('without a valid token the answer is 401', async ({ instance }) => {
  const token = `rgc_${'A'.repeat(22)}_${'B'.repeat(43)}_000000`;
  for (const authorization of ['', 'Bearer', 'Bearer x', `Bearer ${token}`, `Basic ${Buffer.from(`x:${token}`).toString('base64')}`]) {
    const response = await fetch(`${instance.url}/api/v1/docker-config`, { headers: { authorization } });
    expect(response.status, authorization).toBe(401);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ error: { code: 'unauthenticated', message: expect.any(String) } });
  }
});

test('a token is read from its header only', async ({ page, instance }) => {
  const token = await addPipeline(page, instance, { name: unique('header') });
  for (const query of [`token=${token}`, `access_token=${token}`]) {
    expect((await fetch(`${instance.url}/api/v1/docker-config?${query}`)).status).toBe(401);
  }
});

test("a person's session opens nothing here, and a token opens no page", async ({ page, instance }) => {
  const token = await addPipeline(page, instance, { name: unique('doors') });
  const response = await page.request.get(`${instance.url}/api/v1/docker-config`);
  expect(response.status()).toBe(401);
  const headers = { authorization: `Bearer ${token}`, accept: 'text/html' };
  const list = await fetch(`${instance.url}${instance.project}/credentials`, { headers, redirect: 'manual' });
  expect(list.status).toBe(302);
  expect(list.headers.get('location')).toMatch(/^\/sign-in/);
});

test('two credentials that serve a host equally well are left out and named', async ({ page, instance }) => {
  const [one, two] = [unique('one'), unique('two')];
  await addCredential(page, instance, { name: one });
  await addCredential(page, instance, { name: two });
  const token = await addPipeline(page, instance, { name: unique('tie'), credentials: [one, two] });
  const response = await fetchConfig(instance, token);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ auths: {} });
  const left = response.headers.get('regcred-left-out');
  expect(left).toContain(one);
  expect(left).toContain(two);
  await page.goto(`${await pathOf(page, instance, one)}/deliveries`);
  await expect(page.getByRole('region', { name: 'Fetches' })).toContainText('Left out');
});

test('claims of a run are never a reason to refuse it', async ({ page, instance }) => {
  const token = await addPipeline(page, instance, { name: unique('claims') });
  const runs: Record<string, string>[] = [{ 'Regcred-Run': 'x'.repeat(257) }, { 'Regcred-Branch': 'a\tb' }];
  for (const run of runs) {
    expect((await fetchConfig(instance, token, { run })).status).toBe(200);
  }
});
