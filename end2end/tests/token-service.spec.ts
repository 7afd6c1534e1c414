import type { Page } from '@playwright/test';
import { addCredential, expectSaid, pathOf } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

const section = (page: Page) => page.getByRole('region', { name: 'Where the secret may be sent' });

/** Opens the form of the section, unless it is open. */
async function openForm(page: Page): Promise<void> {
  const fold = section(page).locator('details');
  if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click();
}

test('a credential says every origin that its secret may go to', async ({ page, instance }) => {
  const [hub, own] = [unique('hub'), unique('own')];
  await addCredential(page, instance, { name: hub, registry_url: 'docker.io' });
  await addCredential(page, instance, { name: own, registry_url: 'registry.example.com:5000' });
  await page.goto(`${await pathOf(page, instance, hub)}/readers`);
  for (const origin of ['https://docker.io:443', 'https://auth.docker.io:443', 'https://registry-1.docker.io:443']) {
    await expect(section(page)).toContainText(origin);
  }
  await page.goto(`${await pathOf(page, instance, own)}/readers`);
  await expect(section(page)).toContainText('https://registry.example.com:5000');
  await expect(section(page)).toContainText(/Accepted token service\s*None/);
  await expect(section(page)).not.toContainText("Registry's own services");
});

test('a token service is accepted with the own password, and removed again', async ({ page, instance }) => {
  const name = unique('service');
  await addCredential(page, instance, { name });
  await page.goto(`${await pathOf(page, instance, name)}/readers`);
  await expect(section(page).getByRole('button', { name: 'Accept', exact: true })).toBeHidden();
  await section(page).getByText('Accept a token service', { exact: true }).click();
  await fillIn(section(page), { 'Token service': 'https://auth.example.com', 'Your password': 'not the password' });
  await section(page).getByRole('button', { name: 'Accept', exact: true }).click();
  await expectWrong(section(page), 'Your password', 'This is not your password');
  await expectValues(section(page), { 'Token service': 'https://auth.example.com', 'Your password': '' });
  await expect(section(page)).toContainText(/Accepted token service\s*None/);

  await fillIn(section(page), { 'Your password': instance.account.password });
  await section(page).getByRole('button', { name: 'Accept', exact: true }).click();
  await expectSaid(page, `The token service was accepted for ${name}.`);
  await expect(section(page)).toContainText('https://registry.example.com:443');
  await expect(section(page)).toContainText('https://auth.example.com:443');
  await page.getByRole('link', { name: 'Activity', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Activity' })).toContainText('https://auth.example.com:443');
  await page.getByRole('link', { name: 'Who can read it', exact: true }).click();

  await section(page).getByText('Remove token service', { exact: true }).click();
  await fillIn(section(page), { 'Your password': instance.account.password });
  await section(page).getByRole('button', { name: 'Remove', exact: true }).click();
  await expectSaid(page, `The token service was removed from ${name}.`);
  await expect(section(page)).toContainText(/Accepted token service\s*None/);
  await openForm(page);
  await expect(section(page).getByRole('button', { name: 'Accept', exact: true })).toBeVisible();
});

test('a wrong address of a token service is refused at its field', async ({ page, instance }) => {
  const name = unique('wrong');
  await addCredential(page, instance, { name });
  await page.goto(`${await pathOf(page, instance, name)}/readers`);
  const wrong = { 'http://auth.example.com': 'plain HTTP', 'https://auth.example.com/token': 'without a path', 'a b': /./ };
  for (const [typed, sentence] of Object.entries(wrong)) {
    await openForm(page);
    await fillIn(section(page), { 'Token service': typed, 'Your password': instance.account.password });
    await section(page).getByRole('button', { name: 'Accept', exact: true }).click();
    await expectWrong(section(page), 'Token service', sentence);
    await expectValues(section(page), { 'Token service': typed });
  }
  await expect(section(page)).toContainText(/Accepted token service\s*None/);
});
