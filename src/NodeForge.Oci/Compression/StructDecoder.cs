using System.Runtime.InteropServices;

namespace NodeForge.Oci.Compression;

/// <summary>A decoder whose library works in a structure of ours, which goes with the decoder whether somebody disposes of it or
/// not.</summary>
internal abstract unsafe class StructDecoder<TStream>(Stream compressed, string name, string format)
    : DecoderStream(compressed, name, format)
    where TStream : unmanaged
{
    private bool started;
    private bool released;

    /// <summary>The structure. Libraries keep its address: it may not move.</summary>
    protected TStream* Native { get; } = (TStream*)NativeMemory.AllocZeroed((nuint)sizeof(TStream));

    /// <summary>Says that the library has begun with the structure, so that it is asked to end.</summary>
    /// <remarks>One that is missing or wrong fails at the start, and must not be asked again by the finalizer: nothing catches
    /// that.</remarks>
    protected void HasStarted() => started = true;

    /// <summary>Has the library free what it holds in the structure.</summary>
    protected abstract void EndNative();

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private void Release()
    {
        if (released)
            return;
        released = true;
        if (started)
            EndNative();
        NativeMemory.Free(Native);
    }

    ~StructDecoder() => Release();
}
