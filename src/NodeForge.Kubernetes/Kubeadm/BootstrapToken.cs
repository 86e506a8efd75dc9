using System.Security.Cryptography;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>A token as kubeadm has them for joins: a public part of six characters, a secret one of sixteen.</summary>
public static class BootstrapToken
{
    private const string Characters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>One that nobody knows, kind's among them: who reaches the API server's port could join by a known one.</summary>
    public static string Create() => $"{RandomNumberGenerator.GetString(Characters, 6)}.{RandomNumberGenerator.GetString(Characters, 16)}";
}
