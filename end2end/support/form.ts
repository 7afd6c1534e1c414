/** Forms, by the labels that people read. */
import { expect, type Locator, type Page } from '@playwright/test';

type Scope = Page | Locator;

/** Fills in the fields with these labels, in this order; of a select, chooses the option. A fold is opened first. */
export async function fillIn(scope: Scope, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    const field = scope.getByLabel(label, { exact: true });
    const fold = field.locator('xpath=ancestor::details[not(@open)]/summary');
    if ((await fold.count()) > 0) await fold.first().click();
    const isSelect = await field.evaluate((control) => control.nodeName === 'SELECT');
    await (isSelect ? field.selectOption({ label: value }) : field.fill(value));
  }
}

/** Types the own password into the form with this button, and presses it. */
export async function confirm(scope: Scope, button: string, password: string): Promise<void> {
  const form = scope.locator(`form:has(button:text-is("${button}"))`);
  await fillIn(form, { 'Your password': password });
  await form.getByRole('button', { name: button, exact: true }).click();
}

/** The fields with these labels hold these values; of a select, the value that is sent. */
export async function expectValues(scope: Scope, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    await expect(scope.getByLabel(label, { exact: true }), label).toHaveValue(value);
  }
}

/** The field is marked as wrong, and the sentence is what a screen reader says with it. */
export async function expectWrong(scope: Scope, label: string, sentence: string | RegExp): Promise<void> {
  const field = scope.getByLabel(label, { exact: true });
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  const part = typeof sentence === 'string' ? new RegExp(sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : sentence;
  await expect(field).toHaveAccessibleDescription(part);
}
