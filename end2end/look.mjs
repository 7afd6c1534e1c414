import { chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
const data = mkdtempSync('/tmp/look-');
const server = spawn(process.env.REGCRED_BIN, ['serve'], { env: { ...process.env, REGCRED_DATA: data, REGCRED_LISTEN: '127.0.0.1:0' } });
let out = ''; server.stdout.on('data', (d) => (out += d)); server.stderr.on('data', (d) => (out += d));
while (!/setup\?link=\w+\s/.test(out)) await new Promise((r) => setTimeout(r, 50));
const link = out.match(/http:\S+setup\?link=\w+/)[0];
const base = new URL(link).origin;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext({ baseURL: base });
const page = await context.newPage();
await page.goto(link);
const fill = async (o) => { for (const [k, v] of Object.entries(o)) await page.getByLabel(k, { exact: true }).fill(v); };
await fill({ 'Project name': 'Acme', 'Your name': 'Dana Kim', Email: 'dana@example.com', Password: 'correct horse battery' });
await page.getByRole('button', { name: 'Create and sign in' }).click();
await page.waitForURL('**/credentials');
const project = new URL(page.url()).pathname.split('/')[2];
const post = (path, form) => context.request.post(`/rpc/${path}`, { form, headers: { accept: 'application/json', origin: base, 'sec-fetch-site': 'same-origin' }, maxRedirects: 0 });
const cred = (form) => context.request.post('/rpc/credentials/create', { multipart: { project, ...form, password: 'hunter2' }, headers: { accept: 'application/json', origin: base, 'sec-fetch-site': 'same-origin' }, maxRedirects: 0 });
const c = async (name, url, more = {}) => { const r = await cred({ name, registry_url: url, method: "password", username: "acme-bot", access: 'pull_push', ...more }); if (r.status() > 399) console.log(name, r.status(), await r.text()); };
await c('ghcr-build', 'ghcr.io', { paths: 'acme' }); await c('ghcr-deploy', 'ghcr.io', { paths: 'acme/api', is_protected: 'true' }); await c('hub', 'docker.io', { access: 'pull' });
await page.goto(`/p/${project}/pipelines/new`);
await fill({ Name: 'acme/api', 'Your password': 'correct horse battery' });
for (const n of ['ghcr-build', 'hub']) await page.getByLabel(new RegExp(`^${n} `)).check();
await page.getByRole('button', { name: 'Create', exact: true }).click();
await page.waitForURL('**/pipelines/*once*');
const token = await page.locator('#once-token, code, pre').filter({ hasText: /^rgc_/ }).first().textContent().catch(() => '');
const pipe = page.url().replace(/\?.*/, ''); const id = pipe.split('/').pop();
const ids = (await (await context.request.get(`/p/${project}/credentials`)).text()).match(/credentials\/([0-9a-f-]{36})"/g);
const grantId = await (async () => { await page.goto(pipe); const opt = page.locator('#grant-credential option'); for (let i = 0; i < await opt.count(); i++) { const t = await opt.nth(i).textContent(); if (t.startsWith('ghcr-deploy')) return opt.nth(i).getAttribute('value'); } })();
let r = await post('grants/create', { project, pipeline: id, 'form[credentials][]': grantId ?? '', 'form[intent]': 'pull_push', 'form[repositories]': 'acme/api', 'form[branches]': 'main, refs/tags/v*', 'form[events]': 'push', 'form[expires_on]': '2027-06-30', password: 'correct horse battery' });
console.log('grant', r.status());
r = await post('trust-rules/create', { project, pipeline: id, 'form[provider]': 'github', 'form[issuer]': 'https://token.actions.githubusercontent.com', 'form[audience]': base, 'form[claims][repository_id]': '123456', 'form[claims][repository_owner_id]': '987', 'form[claims][ref]': 'refs/heads/*', password: 'correct horse battery' });
console.log('rule', r.status());
for (const i of ['pull', 'push']) await context.request.get(`/api/v1/docker-config?intent=${i}`, { headers: { authorization: `Bearer ${token?.trim()}`, 'Regcred-Run': '4711', 'Regcred-Branch': 'main' } });
await page.goto(pipe); const approve = await page.getByRole('link', { name: /Approve/ }).first().getAttribute('href').catch(() => null);
const pages = { pipeline: pipe, trustnew: `${pipe}/trust/new?provider=github`, drone: `${pipe}/trust/new?provider=drone`, trial: `${pipe}/trust/try`, match: `/p/${project}/match?image=ghcr.io/acme/api:1.2&pipeline=${id}&intent=pull`, credential: `/p/${project}/credentials/${ids?.[0]?.slice(12, 48)}` };
if (approve) pages.approve = approve;
for (const [width, scheme] of [[1280, 'light'], [1280, 'dark'], [360, 'light'], [360, 'dark']]) {
  for (const js of [true, false]) {
    if (!js && !(width === 1280 && scheme === 'light') && !(width === 360 && scheme === 'dark')) continue;
    const ctx = await browser.newContext({ baseURL: base, colorScheme: scheme, viewport: { width, height: 900 }, javaScriptEnabled: js, storageState: await context.storageState() });
    const p = await ctx.newPage();
    for (const [name, url] of Object.entries(pages)) { await p.goto(url); await p.screenshot({ path: `/tmp/look/${name}-${width}-${scheme}-${js ? 'js' : 'nojs'}.png`, fullPage: true }); }
    await ctx.close();
  }
}
await browser.close(); server.kill();
