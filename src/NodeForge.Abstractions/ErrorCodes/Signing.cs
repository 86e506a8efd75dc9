namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode KeyUnreadable = new(
        "NF6300",
        ExitCode.Usage,
        "A key file holds no key that can be read, or not the half of the pair that is needed.",
        "Name a PEM file: PRIVATE KEY or EC PRIVATE KEY to sign, PUBLIC KEY to verify; nodeforge key generate makes both."
    );

    public static readonly ErrorCode KeyKindUnsupported = new(
        "NF6301",
        ExitCode.Usage,
        "A key is of a kind that signs nothing here: not ECDSA on the curve P-256, or in a container of another tool.",
        "Make a pair with nodeforge key generate, or with openssl ecparam -name prime256v1 -genkey."
    );

    public static readonly ErrorCode KeyPassword = new(
        "NF6302",
        ExitCode.Usage,
        "An encrypted key cannot be opened.",
        "Set NODEFORGE_KEY_PASSWORD to the key's password."
    );

    public static readonly ErrorCode KeyFileExists = new(
        "NF6303",
        ExitCode.Usage,
        "A new key would take the place of a file.",
        "Name another file; a key that is overwritten verifies nothing any more."
    );

    public static readonly ErrorCode SignaturesNotKept = new(
        "NF6304",
        ExitCode.Usage,
        "The place of an image keeps nothing that is attached to it.",
        "Sign it in a layout (oci:DIR) or in a registry (docker://REF), before it is copied here; a bundle file with nodeforge bundle sign."
    );

    public static readonly ErrorCode QuorumImpossible = new(
        "NF6305",
        ExitCode.Usage,
        "The keys that are given cannot reach the number of signers that is asked for.",
        "Give --key once for each signer, each time another key."
    );

    public static readonly ErrorCode AttestationTooLong = new(
        "NF6306",
        ExitCode.Verification,
        "An attestation is longer than what readers take.",
        "Attach what it says by another way, and attest its digest."
    );

    public static readonly ErrorCode PredicateInvalid = new(
        "NF6307",
        ExitCode.Usage,
        "What is to be attested is no JSON object, or its type is none.",
        "Name a file with one JSON object, and its type as a URI."
    );

    public static readonly ErrorCode ProvenanceOfOtherImage = new(
        "NF6308",
        ExitCode.Verification,
        "A recipe and its lock make another image than the one whose provenance they are to be.",
        "Name the recipe and the lock that the image was built from; nodeforge diff shows where they part."
    );

    public static readonly ErrorCode ImageNotSound = new(
        "NF6309",
        ExitCode.Verification,
        "What is to be attested of an image is not so.",
        "Mend what nodeforge verify finds, build again, and attest that."
    );

    public static readonly ErrorCode ImageUnsigned = new(
        "NF6310",
        ExitCode.Verification,
        "An image has no signature.",
        "Have it signed with nodeforge sign; where it was copied, copy what is attached to it too: oras cp -r."
    );

    public static readonly ErrorCode ImageOnlyAttested = new(
        "NF6311",
        ExitCode.Verification,
        "Something is attested of an image, but the image is not signed.",
        "Have it signed with nodeforge sign: an attestation says how it was made, not that it is the one to be used."
    );

    public static readonly ErrorCode SignatureOfOtherKey = new(
        "NF6312",
        ExitCode.Verification,
        "An image is signed, and by none of the keys that are trusted.",
        "Ask the publisher for the right key by another way than the one that the image came."
    );

    public static readonly ErrorCode SignatureWrong = new(
        "NF6313",
        ExitCode.Verification,
        "A signature names a trusted key and is not that key's over what it is attached to: one of the two was changed.",
        "Do not use the image; get it again from the publisher."
    );

    public static readonly ErrorCode SignatureOfOtherImage = new(
        "NF6314",
        ExitCode.Verification,
        "A signature by a trusted key is attached to another image than the one it signs.",
        "Do not use the image: somebody moved a signature to it."
    );

    public static readonly ErrorCode SignatureUnreadable = new(
        "NF6315",
        ExitCode.Verification,
        "What is attached to an image as a signature or attestation is none that can be read.",
        "Remove it, or get the image again from the publisher; the message names the rule."
    );

    public static readonly ErrorCode SignatureBlobMissing = new(
        "NF6316",
        ExitCode.Verification,
        "Something is listed as attached to an image and is not there: it was lost on the way.",
        "Copy the image again together with what is attached to it: oras cp -r."
    );

    public static readonly ErrorCode QuorumMissed = new(
        "NF6317",
        ExitCode.Verification,
        "Fewer of the trusted keys have signed than are asked for.",
        "Wait for the other signers, or ask for fewer."
    );

    public static readonly ErrorCode AttestationMissing = new(
        "NF6318",
        ExitCode.Verification,
        "An attestation that is asked for is not attached, or by none of the trusted keys.",
        "Have it made with nodeforge attest."
    );

    public static readonly ErrorCode ReferrersLost = new(
        "NF6319",
        ExitCode.Verification,
        "An image has one of the two forms of a signature and lacks the other: some verifiers will see none.",
        "Copy the image again with both: oras cp -r brings referrers, tags that end in .sig and .att are copied by name; or sign it again."
    );
}
