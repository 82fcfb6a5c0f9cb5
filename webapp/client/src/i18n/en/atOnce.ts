/** What stands on the first screen. */
import around from "./around.json";
import phone from "./phone.json";
import shell from "./shell.json";
import status from "./status.json";

export default { around, phone, shell, status };
