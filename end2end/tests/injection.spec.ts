import type { Page } from '@playwright/test';
import { addCredential, openNew, pathOf, send } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { secret, unique } from '../support/secrets.ts';
import { setUp } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

// A script that ran would leave a mark; one that was written into the page but stopped by its policy
// is reported to the guard, and fails the test as well. A label has room for 50 characters.
const PAYLOADS = [
  '<script>window.pwned=1</script>',
  '"><img src=x onerror=window.pwned=1>',
  "'><svg/onload=window.pwned=1>",
  '</textarea><script>window.pwned=1</script>',
  '</title></style></script><script>pwned=1</script>',
  '--><iframe srcdoc="<script>top.pwned=1</script>">',
  '" autofocus onfocus=window.pwned=1 x="',
  '&lt;script&gt;window.pwned=1&lt;/script&gt;',
  '{{constructor.constructor("window.pwned=1")()}}',
];

async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  const written = page.locator('[onerror], [onload], [onfocus], iframe, img[src=x]');
  await expect(written).toHaveCount(0);
}

for (const payload of PAYLOADS) {
  test(`text stays text in every field and on every page: ${payload}`, async ({ page, instance }) => {
    const name = `${payload} ${unique('x')}`;
    await addCredential(page, instance, {
      name,
      description: `${payload}\n${payload}`,
      username: payload.replaceAll(':', ''),
      environment: payload,
      labels: payload,
      email: '"><b>@example.com'.replace(/[<>"]/g, ''),
    });
    const token = await addPipeline(page, instance, { name, credentials: [name] });
    await expectHarmless(page);
    const pipeline = new URL(page.url()).pathname;
    const claims = ['Run', 'Commit', 'Branch', 'Actor'].map((claim) => [`Regcred-${claim}`, payload]);
    expect((await fetchConfig(instance, token, { run: Object.fromEntries(claims) })).status).toBe(200);

    const path = await pathOf(page, instance, name);
    await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
    await expectHarmless(page);
    for (const address of [path, `${path}/deliveries`, `${path}/versions`, `${path}/readers`, `${path}/activity`, `${path}/connect`, `${path}/grant`, `${path}/edit`, `${path}/delete`, `${instance.project}/pipelines`, `${instance.project}/pipelines/new`, pipeline, `${pipeline}/edit`, `${pipeline}/identity`, `${pipeline}/connect`, `${pipeline}/deliveries`, `${pipeline}/activity`, `${pipeline}/delete`]) {
      await page.goto(address);
      await expectHarmless(page);
    }
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
    await expect(page).toHaveTitle(`${name} · Regcred`);
    await page.goto(`${path}/deliveries`);
    const deliveries = page.getByRole('region', { name: 'Fetches' });
    await deliveries.locator('summary').first().click();
    await expect(deliveries.getByText(payload, { exact: true }).first()).toBeVisible();
  });

  test(`text stays text in a form that comes back: ${payload}`, async ({ page, instance }) => {
    const dialog = await openNew(page, instance);
    const typed = { 'Name': payload, 'Description': `\n${payload}`, 'Registry URL': payload };
    await fillIn(dialog, { ...typed, 'Username': payload, 'Repository path (Optional)': payload });
    await send(dialog);
    await expectWrong(dialog, 'Registry URL', /./);
    await expectValues(dialog, { ...typed, 'Username': payload, 'Repository path (Optional)': payload });
    await expectHarmless(page);
  });

  test(`text stays text in an address: ${payload}`, async ({ page, instance }) => {
    const list = `${instance.project}/credentials`;
    const typed = encodeURIComponent(payload);
    for (const address of [
      `${list}?q=${typed}`, `${list}?sort=${typed}`, `${list}?registry=${typed}`, `${list}?said=${typed}&back=${typed}`,
      `${list}/new?preset=${typed}&back=${typed}`, `${list}/${typed}`, `${instance.project}/pipelines/${typed}?once=${typed}`,
      `/p/${typed}/credentials`, `/setup?link=${typed}`, `/${typed}`,
    ]) {
      await page.goto(address);
      await expectHarmless(page);
    }
    await page.context().clearCookies();
    await page.goto(`/sign-in?next=${typed}&back=${typed}`);
    await expectHarmless(page);
  });
}

test('the names of the first person and project stay text', async ({ stranger, newServer }) => {
  const [payload] = PAYLOADS;
  await stranger.goto(newServer.setupLink);
  await setUp(stranger, { name: payload!, email: 'dana@example.com', password: secret('correct horse') }, payload);
  await expect(stranger.getByRole('banner').getByText(payload!, { exact: true })).toHaveCount(1);
  await expect(stranger.locator('.who').getByText(payload!, { exact: true })).toHaveCount(1);
  await expectHarmless(stranger);
});
