"""Answers of devices, as the tests need them. Shapes follow the protocol descriptions."""

import json
import struct

WSD_PORT, SADP_PORT, DHIP_PORT = 3702, 37020, 37810


def wsd_match(
    endpoint="urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385",
    scopes="onvif://www.onvif.org/name/CAM onvif://www.onvif.org/hardware/X1",
    types="dn:NetworkVideoTransmitter",
    xaddrs="http://10.0.0.7/onvif/device_service",
    relates="urn:uuid:1",
    padding="",
) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
        ' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing">'
        f"<env:Header><wsa:RelatesTo>{relates}</wsa:RelatesTo>"
        "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action>"
        "</env:Header><env:Body><d:ProbeMatches><d:ProbeMatch>"
        f"<wsa:EndpointReference><wsa:Address>{endpoint}</wsa:Address></wsa:EndpointReference>"
        f"<d:Types>{types}</d:Types><d:Scopes>{scopes}</d:Scopes><d:XAddrs>{xaddrs}</d:XAddrs>"
        f"<d:MetadataVersion>10</d:MetadataVersion>{padding}"
        "</d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>"
    ).encode()


def sadp_reply(uuid="A", address="10.0.0.7", model="DS-2CD2042WD-I") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ProbeMatch>'
        f"<Uuid>{uuid}</Uuid><Types>inquiry</Types><DeviceDescription>{model}</DeviceDescription>"
        f"<MAC>58-50-ed-1f-e3-85</MAC><IPv4Address>{address}</IPv4Address></ProbeMatch>"
    ).encode()


def dhip_reply(serial="1L047ACPAW00037") -> bytes:
    body = (
        json.dumps(
            {
                "mac": "38:c4:e8:01:02:03",
                "method": "client.notifyDevInfo",
                "params": {"deviceInfo": {"SerialNo": serial, "Vendor": "General"}},
            }
        ).encode()
        + b"\n\0"
    )
    return struct.pack("<I4s8xIIII", 32, b"DHIP", len(body), 0, len(body), 0) + body
