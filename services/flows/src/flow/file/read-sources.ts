import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowError } from '../flow-error.ts';
import type { FlowSource } from './yaml-file.ts';

type Follow = (path: string) => Promise<void>;

/** Kubernetes mounts folders with entries for its own use, which begin with dots. */
const IS_FLOWS = /^[^.].*(?<!\.test)\.ya?ml$/;

/**
 * The files, and the YAML files of the folders; `….test.yaml` are tests of flows.
 * @param paths separated by commas
 * @param follow is called before something is read
 * @throws FlowError
 */
export async function readFlowSources(paths: string, follow: Follow = async () => undefined): Promise<FlowSource[]> {
  const sources = await Promise.all(paths.split(',').map((path) => readSourcesAt(path.trim(), follow)));
  return sources.flat();
}

async function readSourcesAt(path: string, follow: Follow): Promise<FlowSource[]> {
  try {
    await follow(path);
    if (!(await stat(path)).isDirectory()) return [{ path, text: await readFile(path, 'utf8') }];
    const names = (await readdir(path)).filter((name) => IS_FLOWS.test(name)).sort();
    return await Promise.all(
      names.map(async (name) => {
        const file = join(path, name);
        await follow(file);
        return { path: file, text: await readFile(file, 'utf8') };
      }),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new FlowError('INVALID', [{ path: '', message: `The flows cannot be read: ${path} (${code})` }]);
  }
}
