/** Forms, by the labels that people read. */
import { expect, type Locator, type Page } from '@playwright/test';

type Scope = Page | Locator;

/** Fills in the fields with these labels, in this order; of a select, chooses the option. A fold is opened first. */
export async function fillIn(scope: Scope, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    const field = scope.getByLabel(label, { exact: true });
    const done = await field.evaluate(put, value);
    if (done === 'not ready') await field.fill(value);
    if (done === 'not listed') await choose(field, value);
  }
}

/**
 * What `Locator.fill` does, but in one call and not in several: forms of fourteen fields are most of what specs do.
 * Runs in the page, also where that has no scripts.
 */
function put(control: Element, value: string): 'done' | 'not ready' | 'not listed' {
  for (let fold = control.closest('details:not([open])'); fold; fold = control.closest('details:not([open])')) {
    (fold as HTMLDetailsElement).open = true;
  }
  const isSelect = control instanceof HTMLSelectElement;
  if (!isSelect && !(control instanceof HTMLInputElement) && !(control instanceof HTMLTextAreaElement)) {
    return 'not ready';
  }
  const isText = isSelect || (!control.readOnly && !['file', 'checkbox', 'radio'].includes(control.type));
  // A fieldset disables what is in it.
  if (!isText || control.matches(':disabled') || !control.checkVisibility({ visibilityProperty: true })) {
    return isSelect ? 'not listed' : 'not ready';
  }
  control.focus();
  if (isSelect) {
    const option = [...control.options].find((one) => one.label.trim() === value && !one.disabled);
    if (!option) return 'not listed';
    option.selected = true;
  } else {
    control.value = value;
    // What the field does not take, such as a day that is none, is for `fill` to refuse.
    if (control.value !== value) return 'not ready';
  }
  control.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  control.dispatchEvent(new Event('change', { bubbles: true }));
  return 'done';
}

/** Chooses an option that the form may first have to search for. */
async function choose(field: Locator, value: string): Promise<void> {
  const isListed = (await field.locator('option').allInnerTexts()).some((text) => text.trim() === value);
  const canSearch = (await field.locator('xpath=ancestor::form').getByRole('searchbox').count()) > 0;
  if (!isListed && canSearch) await searchListed(field, value.split(' (')[0]!);
  await field.selectOption({ label: value });
}

/** Has the form that the control is in list what its search finds, where it does not list everything. What was filled in before stays, but for passwords. */
export async function searchListed(control: Locator, words: string): Promise<void> {
  const form = control.locator('xpath=ancestor::form');
  await form.getByRole('searchbox').fill(words);
  await form.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(form.locator('input[type="hidden"][name$="listed]"], input[type="hidden"][name="listed"]')).toHaveValue(words);
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
