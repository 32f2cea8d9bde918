export { either, exactly, type Form, isObject, listOf, object, tableOf, text } from './form.ts';
export { type DefinitionFile, type PlaceInFile, placeInFile } from './place-in-file.ts';
export type { DefinitionProblem, Keys } from './problem.ts';
