/** The commonest of twelve characters and more, lower case; what is made of one short piece is told by `isRepetition`. */
const COMMON: ReadonlySet<string> = new Set([
  "123456789012",
  "1234567890123",
  "12345678901234",
  "123456789abc",
  "1234567890ab",
  "abcdefghijkl",
  "abcdefghijklm",
  "abcd1234abcd",
  "qwertyuiopas",
  "qwertyuiop12",
  "qwertyuiop123",
  "qwertyuiop[]",
  "qwertyuiopasdf",
  "qwerty123456",
  "qwerty12345678",
  "qwerty123456789",
  "1q2w3e4r5t6y",
  "1q2w3e4r5t6y7u",
  "1qaz2wsx3edc",
  "1qaz2wsx3edc4rfv",
  "zaq12wsxcde3",
  "asdfghjkl123",
  "asdfghjkl;'",
  "zxcvbnm12345",
  "password1234",
  "password12345",
  "password123456",
  "password123!",
  "password2024",
  "password2025",
  "password2026",
  "password!234",
  "passw0rd1234",
  "p@ssw0rd1234",
  "p@ssword1234",
  "p@ssw0rd123!",
  "mypassword123",
  "mypassword12",
  "newpassword1",
  "changemenow1",
  "changeme1234",
  "changeme12345",
  "letmein12345",
  "letmeinplease",
  "welcome12345",
  "welcome123456",
  "welcome1234!",
  "administrator",
  "administrator1",
  "admin1234567",
  "admin12345678",
  "administrator123",
  "iloveyou1234",
  "iloveyou12345",
  "unbelievable",
  "superman1234",
  "football1234",
  "baseball1234",
  "sunshine1234",
  "princess1234",
  "monkey123456",
  "dragon123456",
  "trustno1trustno1",
  "correcthorsebatterystaple",
  "correct horse battery staple",
  "syncline1234",
  "syncline12345",
  "synclineadmin",
  "thisismypassword",
  "secretpassword",
  "supersecret1",
  "supersecret123",
  "defaultpassword",
  "temporary123",
  "temppassword",
  "temppassword1",
]);

const LONGEST_PIECE = 8;

/** Whether many others would think of it first. */
export function isCommonPassword(password: string, email: string): boolean {
  const text = password.toLowerCase();
  const own = email.toLowerCase();
  return COMMON.has(text) || isRepetition(text) || isRun(text) || text === own || text === own.split("@")[0];
}

/** `aaaaaaaaaaaa`, `abcabcabcabc`. */
function isRepetition(text: string): boolean {
  for (let length = 1; length <= LONGEST_PIECE; length += 1)
    if (
      text ===
      text
        .slice(0, length)
        .repeat(Math.ceil(text.length / length))
        .slice(0, text.length)
    )
      return true;
  return false;
}

/** `23456789012345`, `mlkjihgfedcba`. */
function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((letter, index) => letter.charCodeAt(0) - text.charCodeAt(index));
  return steps.every((step) => step === 1 || step === -9) || steps.every((step) => step === -1 || step === 9);
}
