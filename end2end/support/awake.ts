/** Pages before and after their scripts begin to run, which a busy machine does late. */
import type { Page } from '@playwright/test';

/** Waits until the scripts of the page listen. The focus and what is typed stay as they are. */
export async function isAwake(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    // They stop a form that is under way from being sent again, and nothing else does.
    const form = document.createElement('form');
    form.setAttribute('method', 'post');
    form.setAttribute('aria-busy', 'true');
    document.body.append(form);
    const isSent = form.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
    form.remove();
    return !isSent;
  });
}

/** Waits until the scripts of the page have made its dialog modal: then they run. */
export async function isModal(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('dialog')?.matches(':modal'));
}

/** Keeps the program of the scripts from the browser until the function that is returned is called. */
export async function holdScripts(page: Page): Promise<() => void> {
  return hold(page, '**/*.wasm');
}

/** Keeps what is asked at these addresses from the server until the function that is returned is called. */
export async function hold(page: Page, address: string | ((url: URL) => boolean)): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((done) => { release = done; });
  await page.route(address, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}
