import { fileForm } from './form.ts';
import { type FlowSource, readYaml, type YamlFile } from './yaml-file.ts';

interface Content {
  readonly messages?: Readonly<Record<string, unknown>>;
  readonly flows?: Readonly<Record<string, unknown>>;
}

/** A file of the right form; what it says is not checked yet. */
export type FlowFile = YamlFile<Content>;

export const readFlowFile = (source: FlowSource) => readYaml<Content>(source, fileForm);
