/** The smallest image there is, `FROM scratch`, as an OCI layout that skopeo can copy. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Writes the layout of an image with one file, tagged `1`, into the folder. Gives its skopeo name.
 * @param {string} folder
 * @param {string} content
 */
export async function writeImage(folder, content) {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const blob = async (/** @type {string} */ mediaType, /** @type {Buffer} */ bytes) => {
    await writeFile(join(blobs, sha256(bytes)), bytes);
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
  };
  const layer = tar('hello.txt', content);
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  };
  const manifest = {
    schemaVersion: 2,
    config: await blob('application/vnd.oci.image.config.v1+json', json(config)),
    layers: [await blob('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(layer))],
  };
  const entry = await blob('application/vnd.oci.image.manifest.v1+json', json(manifest));
  const tagged = { ...entry, annotations: { 'org.opencontainers.image.ref.name': '1' } };
  await writeFile(join(folder, 'index.json'), json({ schemaVersion: 2, manifests: [tagged] }));
  await writeFile(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return `oci:${folder}:1`;
}

/**
 * A tar of one file: a ustar header, the content, and two empty blocks.
 * @param {string} name
 * @param {string} content
 */
function tar(name, content) {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0' + '0000000\0' + '0000000\0', 100);
  header.write(body.length.toString(8).padStart(11, '0') + '\0' + '00000000000\0', 124);
  header.write(' '.repeat(8) + '0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(sum.toString(8).padStart(6, '0') + '\0 ', 148);
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return Buffer.concat([header, body, padding, Buffer.alloc(1024)]);
}

const sha256 = (/** @type {Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');
const json = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value));
