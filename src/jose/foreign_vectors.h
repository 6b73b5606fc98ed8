// Keys and tokens made by another implementation (Python's cryptography), for the tests.
#pragma once

namespace jose_testing {

struct Vector {
  const char* algorithm;
  const char* jwk;
  const char* token;  ///< header {"alg","kid":"k"}, payload {"sub":"1"}
};

constexpr const char* kForeignRsa =
    R"({"kty":"RSA","kid":"k","n":"nmELL3ZpGu3hiB9FLzLsDiOlvJ-hVoA7BLO37HFgbv2erxqavs2Wt9gGO1)"
    R"(eUiocS74XsGJF_hI24q05WeGOQYhwB9WX3nkTuhrjPjXBSo3n1VjO9X6_VjD3cY_3vEgGR6BW-2PIMrJKm6Gr9)"
    R"(DFZ82Q1lG-NAxdUowqZQ4i4VgNDYZbJ85zqYp7XPhQ-h5XlbOQHaj8qSeUyRFFpB6dHaDvhnrw8qPc1jMv5lpx)"
    R"(NxeUWhvDqjViZx0PDymPjiQh5WSrMnd1NpqlhT0h38nOdS5gFwr52yvjAb-VvysgGK3VgruP94otlR7yo1Uwvj)"
    R"(FXZ8PUk-VQG8mWxA4D0WFQZm0Q","e":"AQAB"})";

constexpr Vector kForeign[] = {
    {"ES256",
     R"({"kty":"EC","crv":"P-256","kid":"k","x":"dLGWtKM9zLj0-ocCaQclykTJ_JvDdpE4-w8iIja1MG8",)"
     R"("y":"ErikLMpF7NL674aZ7-uayLzECzcT69jGiCa93t3RPNw"})",
     R"(eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.jcP31kbYRtrIDRD3z9q8aQ9wc_yBEgRRvD9)"
     R"(9sKoMSVYhTZCUkJdwaCg3pWV-YYVqzlGrN9slHa0GYnv6si9RlQ)"},
    {"ES384",
     R"({"kty":"EC","crv":"P-384","kid":"k","x":"YIRZIOWWe2Dtvyy6j-dhs6Tc0xb2iO8E2l2sYZ3Dh9Mmy)"
     R"(ImnPXtDgrXT377i_oAT","y":"in5R1yw4ybVuGODznD-KdaPjxBzT1VWIUrSLHsfMEWMt8dnG4SaotZrrkzTR)"
     R"(_MAv"})",
     R"(eyJhbGciOiJFUzM4NCIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.KCHXzZOO2au4GX0nA3eHWBGRCkzemCXZphH)"
     R"(4-_3VAsAHI6XDW_xOuScQZaETedQ3mvCmC2eojL6RPP8LzgsWhqqiz23U8iRQWFVrbDBMkgmuD_RUpxdJUyF5V)"
     R"(z8H1Jyj)"},
    {"ES512",
     R"({"kty":"EC","crv":"P-521","kid":"k","x":"ARSENBU9zD1CUOE3e0DiAT83IX1Re0WjYdn_kvjKqGabh)"
     R"(9pMGr6Fi6jXuNtXPw1No3t27gKxd396ZORE8KbLEXx1","y":"AN9qRl52gmVPgoxGo4zKX4G-9zN33GgHJ4IX)"
     R"(K238w2jNsx_7RsjhIArCB4OPG8issFWqchnCW4Udi463MJ1JshW3"})",
     R"(eyJhbGciOiJFUzUxMiIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.ADyz5W_5sCdyfo6r-ycUC9wbYjq41rf6EKh)"
     R"(Drv89tF-3JfkhqdtHLMcQd6zFjSb5gD3WKCBp-qpPAMX2WYr3LDGbAAU21clflAsjyDiok5PE71QGgqIIMmiPM)"
     R"(iuGPmWoQJ_DNZSmKXzBHv3QFRA8ZHZXGQpOfE8MwliRICUnwtiK9R1J)"},
    {"Ed448",
     R"({"kty":"OKP","crv":"Ed448","kid":"k","x":"JitIyvvMUkvnelWqkjXd4qwlX4WIMaroIr2cT8oBEu1T)"
     R"(MBImCl9KzCXm39MFgWsgqlJZMxXWQaEA"})",
     R"(eyJhbGciOiJFZDQ0OCIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.4kOwiq-IpfpFR9TvRt1mNBifrbqgQfYoAWA)"
     R"(cg1paKrB6dvlygBLFzJ1NsFv4W-wVhGI4dekz6IOAS4zwh1LnVIXi42FmiwbOXH_5d6ixoCSWnU03WnSr23OlR)"
     R"(h8DgkwGQvFVnmZ-uXRGofdQqsF0pRcA)"},
    {"PS256", kForeignRsa,
     R"(eyJhbGciOiJQUzI1NiIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.X47fkxllQU7UczG-tknMaoXVySSmBYu0mbG)"
     R"(Fa0YCddqOEPkrty_9IXH5_UTDXvtYv2MOAjF1ux4f30gCMJ4Qo7hXLfe4199B0RET23otoXHLicvEyGYNCYF_W)"
     R"(rhfYGxSSDEG9XJURndw-00wa-uKaUaEOgKLLNg-FMU2WpSRm101GA6YV59YlRUIOdsF5Ud0SPDO5FcJBZS7o5a)"
     R"(OjhPsw1qbWlCifWOmxcY6TciKbekuEGZ0LIXDvH7y1fFL7L-1QMM2plxtN_dkJLw3lvkZlFOL4qqOrhx6poZTO)"
     R"(BlrKioTneij8hxlARlWYFv-lgaYR3D9RYe32brO7V2y1ZNdXw)"},
    {"PS384", kForeignRsa,
     R"(eyJhbGciOiJQUzM4NCIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.hku1Qolu75e9TZWEo5pB4egORpmZKbjaXMQ)"
     R"(qbosojB_DIfUM2SuSruQPjPGYOBgkZpErwnc3Bj0F3goCBDUcimgJTKYxAqrXAsj61ecNhOhGWVy2uRTzZZFEZ)"
     R"(--4hO3MebBCCNmfpd90qIqX3rqN_ezZmOqS_4IRTrBH-kusKBwOpC0kc_tIySACm1MG80aVDI_FYcDxJv8VDWx)"
     R"(L9lYP5SriBtwX0_xG6Xip43xlFbgFPx1Zvnez-IFj1MUTgecsPOYrbM20o7vgEPkY_tJ5EHIaD7qxAkyHs64LA)"
     R"(T7PvrlQae28xCkO_aC6qVyxkmPfX7pTHt1qnPpv-dhCcKndYA)"},
    {"PS512", kForeignRsa,
     R"(eyJhbGciOiJQUzUxMiIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.GN7Goos6iID911D-JKnCFfudBEM2lNmMYlb)"
     R"(9vTy6pxsZPf6urXPZpCOi8K34gfcWZ9M72XLXKEAhhkVyIiWMYSNaDlChgYfNNdYFjX5Dz4Nm4sXfz9WP9oUW0)"
     R"(DyZ4W88RUXaMXNftYUvF38ZkFKGKlai4fUaMzwhunZd_ejMzs90aISTpffKo_rvhNuE09O72d2ksE0cwHWihOE)"
     R"(PRc18s4U3IhQEUyFvC2iKZaXm0BQCwTUzfDc8X-tk_Vx091YQjlupXS_dCH3AEn6gMEwaVvDG01AHgLYnKSanM)"
     R"(fzqkOBOqvnOxZk6O-FFIyruiELG2B6e1GjAFeFgoLWh0FU4lQ)"},
    {"RS384", kForeignRsa,
     R"(eyJhbGciOiJSUzM4NCIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.JTea3yOm4grPKqEDeb4sJ5-eyTNcmHwYw-j)"
     R"(OXOFwjrOuFnZgjT8Wh20KOblIwIXPRvSkZC_3PCSDQ9QxO6x_4Z82HFzDa8yz71BKkrf5wTBVRG1XLBcxl-fcK)"
     R"(L0K-lMjn-roq095G4SGnDyeTlbfgAnIxG_-1KJ57d1uWQPm6b1itftK2T1QKJQRnMkAi88iHH4JlXzWZY8YPmQ)"
     R"(MIMLrHbWlw02Z1rvm9kqzngiHTpDGyyWxn4_Iv_aTyQmQCRlKM7QfW0pj15qN36KB0RGPbL3k_4eAaMFoR6Xb3)"
     R"(GWlXpB2y5rCgpTmbLe8M5tQWgekKgqwIb4UTlk1NcMeIGgzDA)"},
    {"RS512", kForeignRsa,
     R"(eyJhbGciOiJSUzUxMiIsImtpZCI6ImsifQ.eyJzdWIiOiIxIn0.lW7rdg_fZlUDg0Mqjj-Oxf4nfiZCjAc4GRX)"
     R"(Dpw3AxbV7FO2blSqsLTO4u-lULozEsNb8xZcDqAmU64maSeGRVfDyI6nWpsz3jtjri02A0qn7UVzfEEluvz4Nv)"
     R"(Pm889Lt7O1TcaAEfhR5wsjYH7zy0EFUYNCzlnUi1qohbTlH11WrFrtXh76yGCLRO3Bp-vvrQV7ToASUg_fYHik)"
     R"(dU_QagqfQgGtPOy1IX_8pz86vlKJC4nDe1NQYgecyuYu92O0KPHc25tI8xy3tsAuZx2KH4RQV1iRENNdd9fOOi)"
     R"(C-9YNYLkcfkBRsh42QI9ieEC8u2DhSB1W4Ud6pwehUX91hQlA)"},
};

}  // namespace jose_testing
