/** Grants and trust rules of the pipeline that the browser is at, made on their pages. */
import type { Locator, Page } from '@playwright/test';
import { fillIn } from './form.ts';
import { pathOfPipeline } from './pipelines.ts';
import type { Instance } from './server.ts';

export const grantsOf = (page: Page): Locator => page.getByRole('region', { name: 'Grants' });
export const rulesOf = (page: Page): Locator => page.getByRole('region', { name: 'Trust rules' });

/** Grants the credential that the form calls `credential`, to pull unless `conditions` say otherwise, on these conditions, by the labels of their fields. */
export async function grant(
  page: Page,
  instance: Instance,
  credential: string,
  conditions: Record<string, string>,
): Promise<void> {
  const grants = grantsOf(page);
  await grants.getByText('Conditions', { exact: true }).click();
  await fillIn(grants, { Credential: credential, Access: 'Pull', ...conditions, 'Your password': instance.account.password });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
}

/** Opens what is folded on the page. */
export async function unfold(page: Page): Promise<void> {
  const closed = page.getByRole('main').locator('details:not([open]) > summary');
  while (await closed.count() > 0) await closed.first().click();
}

/** Sends the form of a new rule. */
export async function sendRule(page: Page, instance: Instance, values: Record<string, string>): Promise<void> {
  await unfold(page);
  await fillIn(page, { ...values, 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Add trust rule' }).click();
}

/** Adds a rule for the provider, which is called as in addresses. The page is then the one of the rules. */
export async function addRule(
  page: Page,
  instance: Instance,
  provider: string,
  values: Record<string, string>,
): Promise<void> {
  await page.goto(`${pathOfPipeline(page)}/trust/new?provider=${provider}`);
  await sendRule(page, instance, values);
  await page.waitForURL(/\/identity/);
}
