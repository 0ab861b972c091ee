// Sets up whatever the tests need and stops there: for a person, or a machine image.
import { failed } from "./lib/exec.mjs";
import { setUpForTests } from "./lib/setup.mjs";

try {
  await setUpForTests();
} catch (error) {
  process.exitCode = failed(error);
}
