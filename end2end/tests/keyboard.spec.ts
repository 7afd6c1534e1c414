import type { Locator, Page } from '@playwright/test';
import { expectSaid } from '../support/credentials.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { secret, unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

// Of a project with more pipelines than a form lists, another one would have to be searched for.
test.use({ fresh: true });

/** How often Tab is pressed at most on the way to something. */
const MOST = 400;

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeVisible();
  for (let presses = 0; presses < MOST; presses++) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${control}.`);
}

/** Goes to the control and presses Enter. */
async function enter(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press('Enter');
}

/** Types into the field with this label; what stood there goes. */
async function type(page: Page, scope: Locator, label: string, text: string): Promise<void> {
  const field = scope.getByLabel(label, { exact: true });
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  await expect(field).toHaveValue(text);
}

/** Goes through the options of the select with this label until it is the one. */
async function choose(page: Page, scope: Locator, label: string, option: string): Promise<void> {
  const select = scope.getByLabel(label, { exact: true });
  await tabTo(page, select);
  await page.keyboard.press('Home');
  const chosen = () => select.evaluate((element) => (element as HTMLSelectElement).selectedOptions[0]?.text.trim());
  const count = await select.locator('option').count();
  for (let presses = 0; presses < count && (await chosen()) !== option; presses++) await page.keyboard.press('ArrowDown');
  expect(await chosen()).toBe(option);
}

test('a credential is added and granted, and its receipt is seen, by keyboard alone', async ({ page, instance }) => {
  const [name, pipeline] = [unique('keys'), unique('ci')];
  const token = await addPipeline(page, instance, { name: pipeline });
  await page.goto(`${instance.project}/credentials`);

  await enter(page, page.getByRole('main').getByRole('link', { name: 'Add Registry' }).first());
  const adding = page.getByRole('dialog', { name: 'Add Registry' });
  await type(page, adding, 'Registry URL', `${name}.example.com`);
  await type(page, adding, 'Username', 'acme-bot');
  await type(page, adding, 'Password', secret());
  await type(page, adding, 'Name', name);
  await enter(page, adding.getByRole('button', { name: 'Create', exact: true }));
  await expectSaid(page, `${name} was created`);

  await enter(page, page.getByRole('link', { name: 'Show the credential' }));
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await enter(page, page.getByRole('link', { name: 'Grant to a pipeline' }));
  const granting = page.getByRole('dialog', { name: `Grant ${name}` });
  await choose(page, granting, 'Pipeline', pipeline);
  await type(page, granting, 'Your password', instance.account.password);
  await enter(page, granting.getByRole('button', { name: 'Grant', exact: true }));
  await expectSaid(page, `${pipeline} can now pull`);

  expect((await fetchConfig(instance, token)).status).toBe(200);
  const parts = page.getByRole('navigation', { name: 'Credential', exact: true });
  await enter(page, parts.getByRole('link', { name: 'Deliveries', exact: true }));
  await expect(page).toHaveURL(/\/deliveries$/);
  const receipts = page.getByRole('region', { name: 'Fetches' });
  await enter(page, receipts.locator('summary').first());
  await expect(receipts.getByText(`${name}, version 1: delivered`).first()).toBeVisible();
});
