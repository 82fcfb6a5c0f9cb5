/** All texts of the language, for their type; at run time they load as screens ask for them. */
import atOnce from "./atOnce";
import calendar from "./calendar.json";
import contacts from "./contacts.json";
import history from "./history.json";
import profile from "./profile.json";
import recordings from "./recordings.json";
import settings from "./settings.json";
import signin from "./signin.json";
import start from "./start.json";
import voicemail from "./voicemail.json";

export default { ...atOnce, calendar, contacts, history, profile, recordings, settings, signin, start, voicemail };
