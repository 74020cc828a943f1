// Poole's patient administration system: sends one message over MLLP and waits for its answer.

import { connect } from "node:net";

/** Sends `segments` and resolves with the acknowledgement code (MSA-1). */
export function send(port, segments) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("error", reject);
    socket.on("data", (bytes) => {
      answer += bytes;
      const code = answer.match(/\rMSA\|(\w\w)/);
      if (code) {
        socket.end();
        resolve(code[1]);
      }
    });
    socket.write(`\x0b${segments.join("\r")}\r\x1c\r`);
  });
}

/** An admission (ADT^A01) to a ward of Poole Hospital. */
export function admission({ id, number, nhsNumber, family, given, born, ward, at }) {
  const time = at.toISOString().replace(/[-:T]|\..*/g, "").slice(0, 14);
  return [
    `MSH|^~\\&|PAS|RD3|CHESIL|DCR|${time}+0000||ADT^A01^ADT_A01|${id}|P|2.4|||||GBR|UNICODE UTF-8`,
    `EVN|A01|${time}+0000|||CLERK|${time}+0000`,
    `PID|1||${nhsNumber}^^^NHS^NH~${number}^^^RD3^MR||${family}^${given}^^^Mrs^^L||${born}|F|||1 INVENTED ROAD^^POOLE^^BH15 1AA^GBR^H|||||||||||||||||||||NSTS01`,
    `PV1|1|I|${ward}^BAY2^BED3^RD3||||C1234567^Okafor^Chidi^^^Dr^^^GMC|||300|||||||||V${id}^^^RD3^VISITID|||||||||||||||||||||||||${time}+0000`,
  ];
}
