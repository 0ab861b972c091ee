import { testCases } from "./case.ts";
import { cases } from "./cases/backup-with-vip.ts";

testCases("backup_with_vip", cases);
