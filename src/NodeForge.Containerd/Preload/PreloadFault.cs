using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>Words the problems of images to be preloaded: which image, which blob.</summary>
internal static class PreloadFault
{
    public static NodeForgeException Of(
        ErrorCode code,
        string image,
        string what,
        string? blob = null,
        string? got = null,
        string? want = null
    ) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(image, Detail: blob),
                Got = got,
                Want = want,
                Hint = code.Remedy,
            }
        );

    public static NodeForgeException Of(ErrorCode code, string image, string what, Digest blob, string? got = null, string? want = null) =>
        Of(code, image, what, blob.ToString(), got, want);
}
